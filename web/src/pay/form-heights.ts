/** Of a provider's form and its button, in rem: what stands in for them is as tall, so that little moves. */
export const formHeights = [34, 1.5, 3];

/** Their sum with the gaps between them. */
const formHeight = 40.75;
/** Of the texts around the form, which the bank's question does not have. */
const textHeight = 7.5;

/**
 * The space of a step. The bank's question is shorter than the form that was expected: it keeps the space of the form
 * and its texts, so that nothing below it moves.
 */
export const formSpace = (isChallenge: boolean) => ({
  alignContent: 'start',
  minHeight: `${formHeight + (isChallenge ? textHeight : 0)}rem`,
});
