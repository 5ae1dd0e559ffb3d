/** Of a provider's form and its button, in rem: what stands in for them is as tall, so that little moves. */
export const formHeights = [34, 1.5, 3];

/**
 * The space of a step. The bank's question is shorter than the form that was expected, and the text around it too: it
 * keeps their space, so that nothing below it moves.
 */
export const formSpace = (isChallenge: boolean) => ({
  alignContent: 'start',
  minHeight: isChallenge ? '48.25rem' : '40.75rem',
});
