import * as fc from 'fast-check';
import { normalizeAnswer, questionFor } from './question.ts';

const questions = Array.from({ length: 8 }, (_, index) => ({
  id: index + 1,
  text: `Question ${index + 1}`,
  answer: 'yes',
}));

test('which follows from buyer and drop alone, and is one of the drop’s', () => {
  const ids = fc.integer({ min: 1, max: 2 ** 32 - 1 });
  fc.assert(
    fc.property(ids, ids, fc.integer({ min: 1, max: 8 }), (id, buyer, count) => {
      const drop = { id, questions: questions.slice(0, count) };
      const question = questionFor(drop, buyer);
      expect(drop.questions).toContain(question);
      expect(questionFor({ id, questions: structuredClone(drop.questions) }, buyer)).toEqual(question);
    }),
  );
  expect(questionFor({ id: 1, questions: [] }, 1)).toBeUndefined();
});

test('all questions are asked about as often, in every drop, and neighbours do not share theirs', () => {
  for (const id of [1, 2, 1_000_003, 4_294_967_295]) {
    const drop = { id, questions };
    const asked = Array.from({ length: 8_000 }, (_, index) => questionFor(drop, index + 1)?.id ?? 0);
    const counts = questions.map((question) => asked.filter((each) => each === question.id).length);
    expect(Math.min(...counts)).toBeGreaterThan(700);
    const same = asked.filter((each, index) => each === asked[index + 1]).length;
    expect(same).toBeLessThan(2_000);
  }
  // The same buyer gets different questions in different drops.
  const ofOne = new Set(
    Array.from({ length: 50 }, (_, index) => questionFor({ id: index + 1, questions }, 7)?.id),
  );
  expect(ofOne.size).toBe(8);
});

test('answers are compared without case, width, and blanks around or doubled', () => {
  const same = [
    'Grand Piano',
    ' grand piano',
    'GRAND  PIANO\n',
    'ｇｒａｎｄ　ｐｉａｎｏ',
    'grand\u00a0piano',
  ];
  expect(new Set(same.map(normalizeAnswer))).toEqual(new Set(['grand piano']));
  expect(normalizeAnswer('Café')).toBe(normalizeAnswer('cafe\u0301'));
  expect(normalizeAnswer('grandpiano')).not.toBe('grand piano');
});

test('an answer that was compared once compares the same again', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 30 }), (answer) => {
      const once = normalizeAnswer(answer);
      expect(normalizeAnswer(` ${answer}\t`)).toBe(once);
      expect(normalizeAnswer(once.toUpperCase())).toBe(normalizeAnswer(answer.toUpperCase()));
    }),
  );
});
