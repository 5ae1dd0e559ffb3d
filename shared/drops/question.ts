import type { Drop, Question } from './drop.ts';

/**
 * The question that a buyer gets in a drop. It is computed from both ids, so that every tier chooses the same one
 * without a request, and buyers with consecutive ids get different ones. Undefined if the drop has no questions.
 */
export function questionFor(drop: Pick<Drop, 'id' | 'questions'>, buyerId: number): Question | undefined {
  const mixed = Math.imul(buyerId ^ Math.imul(drop.id, 0x9e3779b1), 0x85ebca6b) >>> 0;
  return drop.questions[(mixed >>> 8) % Math.max(1, drop.questions.length)];
}

/** Answers are compared without case, without leading, trailing or repeated blanks, and in one Unicode form (NFKC). */
export function normalizeAnswer(answer: string): string {
  return answer.normalize('NFKC').trim().replace(/\s+/g, ' ').toLowerCase();
}
