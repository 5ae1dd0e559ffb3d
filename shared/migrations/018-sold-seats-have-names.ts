import type { Knex } from 'knex';
import { fromJson } from '../drops/drop.ts';
import { nameSoldSeats } from '../drops/name-sold-seats.ts';
import { sectionKey } from '../inventory/seat-names.ts';

type DropRow = { id: number; event_id: number; title: string; opens_at: Date; sections: { name: string }[] };

/**
 * Adds the names to sold seats from before migration 017. If two drops of an event sell the same seats, an operator has
 * to decide which drop keeps them: the migration then changes nothing, lists these drops, and can run again once they
 * are changed.
 */
export async function up(db: Knex): Promise<void> {
  const drops: DropRow[] = await db('drops as d')
    .join('events as e', 'e.id', 'd.event_id')
    .whereNull('d.cancelled_at')
    .orderBy(['d.event_id', 'd.id'])
    .select('d.id', 'd.event_id', 'e.title', 'd.opens_at', 'd.sections');
  refuse([...Map.groupBy(drops, (drop) => drop.event_id).values()].flatMap(sectionsAlike));

  const { conflicts } = await nameSoldSeats(db);
  // These were sold meanwhile by code of the previous version, which does not compare the sections of drops.
  refuse(conflicts.map((conflict) => `  seat sold twice: ${JSON.stringify(conflict)}`));
}

export async function down(db: Knex): Promise<void> {
  await db('sold_seats').update({ event_id: null, section_key: null, row_label: null, seat_number: null });
}

/** Lists the sections with the same name in the drops of one event. */
function sectionsAlike(drops: readonly DropRow[]): string[] {
  const sections = drops.flatMap((drop) =>
    fromJson(drop.sections).map(({ name }, index) => ({ drop, name, index })),
  );
  return [...Map.groupBy(sections, ({ name }) => sectionKey(name)).values()]
    .filter((alike) => alike.length > 1)
    .map((alike) => {
      const { event_id, title } = alike[0]!.drop;
      const where = alike.map(
        ({ drop: { id, opens_at }, index, name }) =>
          `    drop ${id}, which opens or opened at ${opens_at.toISOString()}: sections[${index}], ${JSON.stringify(name)}`,
      );
      return [`  event ${event_id}, ${JSON.stringify(title)}:`, ...where].join('\n');
    });
}

/** @throws if there are conflicts */
function refuse(conflicts: readonly string[]): void {
  if (conflicts.length === 0) return;
  throw new Error(`The same seats are in two drops of one event, or twice in one drop:
${conflicts.join('\n')}
A seat of an event is sold once. Of the sections that are listed together, one can stay as it is. For each other one,
either cancel its drop (on its page, with the version that still runs) and wait until its orders are refunded, or give
the section another name:
  update drops set sections = json_set(sections, '$[INDEX].name', 'NEW NAME') where id = DROP;
Then migrate again.`);
}
