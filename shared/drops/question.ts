import type { Drop, Question } from './drop.ts';

/**
 * The one question a buyer gets in a drop. It follows from both ids, so that every tier picks the same without
 * asking, and neighbours in line get different ones. Undefined when the drop asks nothing.
 */
export function questionFor(drop: Pick<Drop, 'id' | 'questions'>, buyerId: number): Question | undefined {
  const mixed = Math.imul(buyerId ^ Math.imul(drop.id, 0x9e3779b1), 0x85ebca6b) >>> 0;
  return drop.questions[(mixed >>> 8) % Math.max(1, drop.questions.length)];
}

/** Answers are compared as people mean them: without case, without blanks around or doubled, in one Unicode form. */
export function normalizeAnswer(answer: string): string {
  return answer.normalize('NFKC').trim().replace(/\s+/g, ' ').toLowerCase();
}
