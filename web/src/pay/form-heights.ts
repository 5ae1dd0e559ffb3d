/** Of a provider's form and its button, in rem: what stands in for them is as tall, so that little moves. */
export const formHeights = [34, 1.5, 3];

/**
 * The space of them all, in any step: a step that is shorter, as the bank's question is, moves nothing below it.
 */
export const formSpace = {
  alignContent: 'start',
  minHeight: `calc(${formHeights.reduce((sum, height) => sum + height)}rem + ${formHeights.length - 1} * var(--gap-3))`,
};
