/** k6 has it, and its types leave it to those of browsers. */
declare const console: { error: (message: string) => void };
