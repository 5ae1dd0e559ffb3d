/**
 * Keeps right-to-left text that people typed from reordering the sentence around it: in `Sold by مهرجان 5`
 * the number would stand on the wrong side. In markup <bdi> and dir="auto" do that; inside a sentence these
 * two characters do.
 */
const rightToLeft = /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u;
const [firstStrongIsolate, popIsolate] = ['\u2068', '\u2069'];

/** The same catalog, whose functions isolate those of their values that need it. */
export function isolating<Part>(part: Part): Part {
  if (typeof part === 'function') {
    const say = part as (...values: unknown[]) => unknown;
    return ((...values: unknown[]) => say(...values.map(isolated))) as Part;
  }
  if (Array.isArray(part) || typeof part !== 'object' || part === null) return part;
  return Object.fromEntries(Object.entries(part).map(([key, inside]) => [key, isolating(inside)])) as Part;
}

function isolated(value: unknown): unknown {
  if (typeof value !== 'string' || !rightToLeft.test(value) || value.startsWith(firstStrongIsolate))
    return value;
  return firstStrongIsolate + value + popIsolate;
}
