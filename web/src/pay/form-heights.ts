/** Of a provider's form and its button, in rem: what stands in for them is as tall, so that little moves. */
export const formHeights = [34, 1.5, 3];
