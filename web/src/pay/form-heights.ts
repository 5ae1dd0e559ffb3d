/** Of a provider's form and its button, in rem: what stands in for them is as tall, so that little moves. */
export const formHeights = [34, 1.5, 3];

/** Of the bank's question and the way out below it. */
export const challengeHeights = [14, 3];

/**
 * The form with the gaps between its parts. The bank's question is shorter and keeps that space, or what the form took
 * when it was sent (in px), so that nothing below it moves.
 */
export const spaceOf = (sentHeight: number | undefined) => ({
  alignContent: 'start',
  minHeight: sentHeight === undefined ? '40.75rem' : `${sentHeight}px`,
});
