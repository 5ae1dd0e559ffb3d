/** Whether the query of an address searches for events. Short, as every page loads it. */
export const isEventSearch = (query: string): boolean => /\b(q|place|from|to|max|available)=[^&]/.test(query);
