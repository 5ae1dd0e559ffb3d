import { useEffect, useMemo, useRef, useState, type PointerEvent } from 'react';
import type { Section } from '@seatdrop/shared/inventory/layout.ts';
import { classes } from '../design/classes.ts';
import { Minus, Plus, Target, Whole } from '../design/icons.tsx';
import { useLocale } from '../i18n/locale.tsx';
import { countSeats, stateOf } from './count-seats.ts';
import { planOf, readSeatId, seatAt, seatPoint, type Plan } from './geometry.ts';
import { PlanRow } from './plan-row.tsx';
import { groupSeats } from './seat-groups.ts';
import { SeatTable } from './seat-table.tsx';
import styles from './seat-map.module.css';
import { usePanZoom } from './use-pan-zoom.ts';

type SeatMapProps = {
  /** Replaces the heading "Seats". */
  title?: string;
  sections: readonly Section[];
  rows: readonly string[] | undefined;
  /** Ids of the buyer's own seats. */
  yours: readonly string[];
};

export function SeatMap({ title, sections, rows, yours }: SeatMapProps) {
  const { text, format } = useLocale();
  const key = JSON.stringify(sections);
  // The terms are fetched again now and then; the plan changes only with their content.
  const plan = useMemo(() => planOf(JSON.parse(key) as Section[]), [key]);
  const svg = useRef<SVGSVGElement>(null);
  const content = useRef<SVGGElement>(null);
  const closest = Math.max(3, plan.width / 160);
  const { press, zoomIn, zoomOut, showAll, goTo, isZoomed, toContent } = usePanZoom(
    svg,
    content,
    plan,
    closest,
  );
  const [pointed, setPointed] = useState('');

  const counts = useMemo(() => rows && countSeats(rows), [rows]);
  const mine = groupSeats(yours, sections);
  const spoken = [
    counts &&
      text.map.summary(
        format.number(counts.free),
        format.number(counts.held),
        format.number(counts.sold),
        format.number(counts.capacity),
      ),
    mine.length > 0 && text.map.yourSeats(mine.map((group) => describe(group)).join(text.common.semicolon)),
  ];

  function describe({ section, row, numbers }: (typeof mine)[number]): string {
    return numbers.map((number) => text.map.seatAt(section, row, number)).join(text.common.comma);
  }

  const goToMine = () => goTo(middleOf(yours, plan), plan.width < 500 ? 1 : plan.width / 320);

  // A buyer who gets seats is shown where they are.
  const first = yours[0];
  useEffect(() => {
    if (first !== undefined) goToMine();
    else showAll();
    // eslint-disable-next-line react-hooks/exhaustive-deps -- only when own seats change
  }, [first]);

  const point = ({ clientX, clientY, pointerType }: PointerEvent) => {
    if (pointerType !== 'mouse') return;
    const at = toContent(clientX, clientY);
    const found = seatAt(plan, at.x, at.y);
    if (!found) {
      setPointed('');
      return;
    }
    const { row, number } = found;
    const isMine = yours.includes(`${row.index}.${number}`);
    const state = isMine ? 'yours' : stateOf(rows?.[row.index]?.[number - 1]);
    const words = state === 'unknown' ? '' : ` · ${text.map[state]}`;
    setPointed(text.map.seatAt(row.section, row.label, number) + words);
  };

  return (
    <section className={styles.map} aria-labelledby="seat-map">
      <header className={styles.head}>
        <h2 id="seat-map">{title ?? text.map.title}</h2>
        <div className={styles.tools}>
          {yours.length > 0 && (
            <button type="button" onClick={goToMine} aria-label={text.map.mine} title={text.map.mine}>
              <Target />
            </button>
          )}
          <button type="button" onClick={zoomOut} aria-label={text.map.zoomOut} title={text.map.zoomOut}>
            <Minus />
          </button>
          <button type="button" onClick={zoomIn} aria-label={text.map.zoomIn} title={text.map.zoomIn}>
            <Plus />
          </button>
          <button type="button" onClick={showAll} aria-label={text.map.whole} title={text.map.whole}>
            <Whole />
          </button>
        </div>
      </header>
      <div
        className={styles.frame}
        role="group"
        tabIndex={0}
        aria-label={text.map.help}
        aria-describedby="seat-summary"
        onKeyDown={(event) => {
          if (!event.ctrlKey && !event.metaKey && !event.altKey && press(event.key)) event.preventDefault();
        }}
      >
        <svg
          ref={svg}
          className={classes(styles.plan, isZoomed && styles.zoomed, plan.width > 500 && styles.large)}
          viewBox={`0 0 ${plan.width} ${plan.height}`}
          style={{ aspectRatio: `${plan.width} / ${plan.height}` }}
          aria-hidden="true"
          onPointerMove={point}
          onPointerLeave={() => setPointed('')}
        >
          <g ref={content}>
            <Stage plan={plan} label={text.map.front} />
            {plan.sections.map(({ name, x, y }) => (
              <text key={`${x} ${y}`} x={x} y={y} fontSize={plan.letters} className={styles.sectionName}>
                {name}
              </text>
            ))}
            {plan.rows.map((row) => (
              <PlanRow key={row.index} plan={plan} row={row} seats={rows?.[row.index]} />
            ))}
            {yours.map((id) => (
              <Yours key={id} id={id} plan={plan} />
            ))}
          </g>
        </svg>
      </div>
      <div className={styles.under}>
        <Legend hasYours={yours.length > 0} known={rows !== undefined} />
        <p className={styles.pointed} aria-hidden="true">
          {pointed}
        </p>
      </div>
      <p id="seat-summary" className="unseen">
        {spoken.filter(Boolean).join(' ')}
      </p>
      {rows ? (
        <SeatTable sections={sections} rows={rows} />
      ) : (
        <p className={styles.soft}>{text.map.notTold}</p>
      )}
    </section>
  );
}

function Stage({ plan, label }: { plan: Plan; label: string }) {
  const middle = plan.width / 2;
  const half = plan.width * 0.22;
  const { letters } = plan;
  return (
    <>
      <path
        className={styles.stage}
        d={`M${middle - half} ${letters}h${half * 2}l${-letters} ${letters * 1.9}h${2 * letters - half * 2}Z`}
      />
      <text x={middle} y={letters * 2.25} fontSize={letters} className={styles.stageName}>
        {label}
      </text>
    </>
  );
}

function Yours({ id, plan }: { id: string; plan: Plan }) {
  const { row, number } = readSeatId(id);
  const found = plan.rows[row];
  if (!found) return null;
  const { x, y } = seatPoint(plan, found, number);
  return (
    <g transform={`translate(${x} ${y})`} className={styles.yours} data-seat={id}>
      <circle r="4.7" />
      <path d="M-2 .2-.6 1.7 2.2-1.6" />
    </g>
  );
}

function Legend({ hasYours, known }: { hasYours: boolean; known: boolean }) {
  const { text } = useLocale();
  if (!known && !hasYours) return null;
  return (
    <ul className={styles.legend}>
      {known && (
        <>
          <li>
            <svg viewBox="0 0 10 10" aria-hidden="true">
              <path className={styles.free} d="M5 5h0" />
            </svg>
            {text.map.free}
          </li>
          <li>
            <svg viewBox="0 0 10 10" aria-hidden="true">
              <path className={styles.held} d="M5 5h0" />
              <path className={styles.hole} d="M5 5h0" />
            </svg>
            {text.map.held}
          </li>
          <li>
            <svg viewBox="0 0 10 10" aria-hidden="true">
              <path className={styles.sold} d="M5 5h0" />
            </svg>
            {text.map.sold}
          </li>
        </>
      )}
      {hasYours && (
        <li>
          <svg viewBox="-5 -5 10 10" aria-hidden="true" className={styles.yours}>
            <circle r="4.3" />
            <path d="M-2 .2-.6 1.7 2.2-1.6" />
          </svg>
          {text.map.yours}
        </li>
      )}
    </ul>
  );
}

function middleOf(ids: readonly string[], plan: Plan): { x: number; y: number } {
  const points = ids.flatMap((id) => {
    const { row, number } = readSeatId(id);
    const found = plan.rows[row];
    return found ? [seatPoint(plan, found, number)] : [];
  });
  const mean = (of: (point: { x: number; y: number }) => number) =>
    points.reduce((sum, one) => sum + of(one), 0) / Math.max(1, points.length);
  return { x: mean(({ x }) => x), y: mean(({ y }) => y) };
}
