import { useDeferredValue, useMemo } from 'react';
import { useFieldArray, useFormContext, useWatch } from 'react-hook-form';
import { rowsOf } from '@seatdrop/shared/inventory/layout.ts';
import type { Event } from '../../api/types.ts';
import { Button } from '../../design/button.tsx';
import { Field } from '../../design/field.tsx';
import { Down, Plus, Trash, Up } from '../../design/icons.tsx';
import { Notice } from '../../design/notice.tsx';
import { SeatMap } from '../../seats/seat-map.tsx';
import { wordsFor } from '../../forms/form-fault.ts';
import { useApiFields, useFaultWords } from '../../forms/use-api-form.ts';
import { useWords } from '../../staff/use-words.ts';
import styles from '../form.module.css';
import { drawnSections, seatsIn } from './drawn-sections.ts';
import { emptySection, takenBy, type DropValues } from './drop-values.ts';
import own from './seats-panel.module.css';

/** More would make typing slow. */
const mostDrawn = 30_000;
const mostSections = 50;

export function SeatsPanel({ event, fixed }: { event: Event; fixed: boolean }) {
  const words = useWords();
  return (
    <section className={styles.panel} aria-labelledby="seats">
      <header className={styles.panelHead}>
        <h2 id="seats">{words.drop.seats}</h2>
        <p className={styles.soft}>{fixed ? words.drop.fixed : words.drop.seatsLead}</p>
      </header>
      <div className={styles.columns}>
        {!fixed && <Sections event={event} />}
        <div className={styles.beside}>
          <Plan />
        </div>
      </div>
    </section>
  );
}

function Sections({ event }: { event: Event }) {
  const words = useWords();
  const { faultAt, control } = useApiFields<DropValues>();
  const { fields, append, remove, move } = useFieldArray({ control, name: 'sections' });
  const typed = useWatch({ control, name: 'sections' });
  const root = faultAt('sections.root');
  const taken = takenBy(typed, event);
  return (
    <div className={styles.fields}>
      <ol className={own.sections}>
        {fields.map((field, index) => {
          const name = typed[index]?.name.trim() || String(index + 1);
          return (
            <li key={field.id} className={styles.card}>
              <SectionFields index={index} takenBy={taken.get(index)} />
              <div className={styles.cardHead}>
                <span className={styles.soft}>
                  {words.drop.inAll(seatsIn(drawnSections(typed.slice(index, index + 1))))}
                </span>
                {fields.length > 1 && (
                  <span className={styles.squares}>
                    <Square
                      label={words.drop.up(name)}
                      off={index === 0}
                      onClick={() => move(index, index - 1)}
                      icon={<Up />}
                    />
                    <Square
                      label={words.drop.down(name)}
                      off={index === fields.length - 1}
                      onClick={() => move(index, index + 1)}
                      icon={<Down />}
                    />
                    <Square
                      label={words.drop.removeSection(name)}
                      off={false}
                      onClick={() => remove(index)}
                      icon={<Trash />}
                    />
                  </span>
                )}
              </div>
            </li>
          );
        })}
      </ol>
      {root && <Notice tone="bad">{root}</Notice>}
      {fields.length < mostSections && (
        <div>
          <Button look="quiet" onClick={() => append(emptySection)}>
            <Plus /> {words.drop.addSection}
          </Button>
        </div>
      )}
    </div>
  );
}

/** `takenBy`: the id of another drop of the event that has the seats of this section. */
function SectionFields({ index, takenBy: dropId }: { index: number; takenBy: number | undefined }) {
  const { drop: words } = useWords();
  const faults = useFaultWords();
  const { field } = useApiFields<DropValues>();
  const name = field(`sections.${index}.name`);
  const taken =
    dropId === undefined ? undefined : wordsFor({ code: 'section_taken', params: { dropId } }, faults);
  const number = { inputMode: 'numeric', autoComplete: 'off' } as const;
  return (
    <div className={own.section}>
      <Field {...name} label={words.sectionName} autoComplete="off" error={name.error ?? taken} />
      <Field {...field(`sections.${index}.rows`)} {...number} label={words.rows} />
      <Field {...field(`sections.${index}.seatsPerRow`)} {...number} label={words.seatsPerRow} />
    </div>
  );
}

type SquareProps = { label: string; off: boolean; onClick: () => void; icon: React.ReactNode };

/** It stays in the tab order when it can do nothing, so that the focus is not lost under a finger. */
export function Square({ label, off, onClick, icon }: SquareProps) {
  return (
    <button
      type="button"
      className={styles.square}
      aria-label={label}
      title={label}
      aria-disabled={off || undefined}
      onClick={() => !off && onClick()}
    >
      {icon}
    </button>
  );
}

const noSeats: string[] = [];

/** The seats as they are typed, drawn as buyers will see them. */
function Plan() {
  const words = useWords();
  const { control } = useFormContext<DropValues>();
  const typed = useWatch({ control, name: 'sections' });
  const key = useDeferredValue(JSON.stringify(drawnSections(typed)));
  const { sections, rows } = useMemo(() => {
    const parsed = JSON.parse(key) as ReturnType<typeof drawnSections>;
    return { sections: parsed, rows: rowsOf(parsed).map((row) => '.'.repeat(row.seats)) };
  }, [key]);
  const seats = seatsIn(sections);
  return (
    <div className={own.plan}>
      {seats === 0 && <p className={own.empty}>{words.drop.planEmpty}</p>}
      {seats > mostDrawn && (
        <div className={own.empty}>
          <p className={own.total}>{words.drop.inAll(seats)}</p>
          <p>{words.drop.planTooBig}</p>
        </div>
      )}
      {seats > 0 && seats <= mostDrawn && (
        <SeatMap title={words.drop.inAll(seats)} sections={sections} rows={rows} yours={noSeats} />
      )}
    </div>
  );
}
