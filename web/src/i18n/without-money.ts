/** The texts in `Instead`, each of which replaces the one in the same place. */
type Instead<Texts> = {
  [Key in keyof Texts]?: Texts[Key] extends string | ((...values: never[]) => unknown)
    ? Texts[Key]
    : Instead<Texts[Key]>;
};

/** A catalog for tickets that cost nothing: what it has in `withoutMoney` stands where the others speak of paying. */
export function withoutMoney<Catalog extends { withoutMoney: Instead<Catalog> }>(catalog: Catalog): Catalog {
  return replaced(catalog, catalog.withoutMoney);
}

function replaced<Texts>(texts: Texts, instead: Instead<Texts>): Texts {
  const keys = Object.keys(instead) as (keyof Texts)[];
  const changes = keys.map((key) => {
    const by = instead[key];
    return [key, typeof by === 'object' ? replaced(texts[key], by as Instead<Texts[typeof key]>) : by];
  });
  return { ...texts, ...(Object.fromEntries(changes) as Partial<Texts>) };
}
