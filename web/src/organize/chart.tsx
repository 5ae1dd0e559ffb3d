/** A line chart over time. Lines have the colours of the legend, in either theme. */
import { useEffect, useId, useRef, useState, type ReactNode } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { classes } from '../design/classes.ts';
import type { Formats } from '../i18n/formats.ts';
import { onThemeChange } from '../shell/theme.ts';
import { useLocale } from '../i18n/locale.tsx';
import { useWords } from '../staff/use-words.ts';
import styles from './chart.module.css';

export type Line = {
  label: string;
  colour: 'free' | 'held' | 'ink' | 'blue';
  values: readonly (number | null)[];
  dashed?: boolean;
  filled?: boolean;
};

type ChartProps = {
  title: string;
  /** Seconds since 1970, ascending. */
  times: readonly number[];
  /** The zone of the times on the axis: the event's. */
  timeZone: string;
  lines: readonly Line[];
  /** Seconds to show; everything if left out. */
  window?: number;
  /** The legend shows sums instead of the latest values while nothing is pointed at. */
  sums?: boolean;
  /** Grows with every change of the columns, which are changed in place. */
  version?: number;
  write: (value: number) => string;
  children?: ReactNode;
};

const height = 170;
/** Seconds that are shown at least. */
const shortest = 60;
const [minute, hour, day] = [60, 3600, 86_400];
/** Possible distances between labels, in seconds. */
const steps = [
  15,
  30,
  ...[1, 2, 5, 10, 15, 30].map((count) => count * minute),
  ...[1, 2, 4, 6, 12].map((count) => count * hour),
  ...[1, 2, 7, 14, 30, 90].map((count) => count * day),
];

function timeLabel(at: number, step: number, timeZone: string, format: Formats): string {
  if (step >= day) return format.shortDay(at * 1000, timeZone);
  return step < minute ? format.bareClock(at * 1000, timeZone) : format.bareTime(at * 1000, timeZone);
}

export function Chart(props: ChartProps) {
  const { title, times, timeZone, lines, window: shown, sums, version, write, children } = props;
  const { format, locale } = useLocale();
  const words = useWords();
  const id = useId();
  const box = useRef<HTMLDivElement>(null);
  const swatches = useRef<(HTMLElement | null)[]>([]);
  const plot = useRef<uPlot>(undefined);
  const [pointed, setPointed] = useState<number | null>(null);
  const latest = useRef({ times, timeZone, lines, write, format, shown });
  latest.current = { times, timeZone, lines, write, format, shown };
  const count = lines.length;

  useEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    const ink = () => getComputedStyle(element).color;
    const colourOf = (index: number) => () => {
      const swatch = swatches.current[index];
      return swatch ? getComputedStyle(swatch).color : ink();
    };
    const grid = { stroke: () => getComputedStyle(element).borderTopColor, width: 1 };
    const font = `12px ${getComputedStyle(element).fontFamily}`;
    const made = new uPlot(
      {
        width: element.clientWidth,
        height,
        legend: { show: false },
        cursor: { y: false, drag: { x: false, y: false }, points: { size: 7 } },
        scales: {
          x: {
            time: true,
            range: (_, min, max) => {
              const seconds = latest.current.shown;
              // In the first minutes the axis is stretched: a sliver at the edge would show little.
              const span =
                seconds === undefined ? max - min : Math.min(seconds, Math.max(shortest, max - min));
              return [max - span, max];
            },
          },
          // The axis begins at zero, and a line of zeros does not fill the chart.
          y: { range: (_, __, max) => [0, Math.max(max === null ? 1 : max * 1.1, 1)] },
        },
        axes: [
          {
            stroke: ink,
            grid: { show: false },
            ticks: { show: false },
            font,
            size: 28,
            space: 90,
            incrs: steps,
            values: (_, splits, __, ___, step) =>
              splits.map((at) => timeLabel(at, step, latest.current.timeZone, latest.current.format)),
          },
          {
            stroke: ink,
            grid,
            ticks: { show: false },
            font,
            size: 50,
            space: 36,
            values: (_, splits) => splits.map((value) => latest.current.write(value)),
          },
        ],
        series: [
          {},
          ...latest.current.lines.map(({ dashed, filled }, index) => ({
            stroke: colourOf(index),
            width: 2,
            spanGaps: true,
            points: { show: false },
            ...(dashed ? { dash: [6, 5] } : {}),
            ...(filled ? { fill: () => faded(colourOf(index)()) } : {}),
          })),
        ],
        hooks: { setCursor: [({ cursor }) => setPointed(cursor.idx ?? null)] },
      },
      columnsOf(latest.current),
      element,
    );
    plot.current = made;
    const resize = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height }));
    resize.observe(element);
    const stopWatching = onThemeChange(() => made.redraw());
    return () => {
      stopWatching();
      resize.disconnect();
      made.destroy();
    };
    // eslint-disable-next-line react-hooks/exhaustive-deps -- a new chart only for other lines or another language
  }, [count, locale]);

  const length = times.length;
  useEffect(() => {
    plot.current?.setData(columnsOf(latest.current));
  }, [version, length, locale]);

  // The point under the pointer, else the latest.
  const at = pointed !== null && pointed < length ? pointed : undefined;
  const shownLines = lines.map(({ label, values }) => {
    const resting = sums
      ? values.reduce<number>((sum, each) => sum + (each ?? 0), 0)
      : values.findLast((each) => each !== null);
    const value = at === undefined ? resting : values[at];
    return { label, value: value === null || value === undefined ? undefined : write(value) };
  });
  const spoken = shownLines.map(({ label, value }) => `${label} ${value ?? '–'}`).join(', ');
  return (
    <figure className={styles.chart} aria-labelledby={id}>
      <figcaption className={styles.head}>
        <h3 id={id}>{title}</h3>
        <p className={styles.when}>
          {at === undefined ? '' : (sums ? format.moment : format.clock)((times[at] ?? 0) * 1000, timeZone)}
        </p>
      </figcaption>
      <ul className={styles.legend}>
        {shownLines.map(({ label, value }, index) => (
          <li key={label}>
            <span
              ref={(element) => {
                swatches.current[index] = element;
              }}
              className={classes(
                styles.swatch,
                styles[lines[index]!.colour],
                lines[index]!.dashed && styles.dashed,
              )}
            />
            {label} <strong>{value ?? '–'}</strong>
          </li>
        ))}
      </ul>
      <div
        ref={box}
        className={styles.box}
        role="img"
        aria-label={words.dropPages.charts[sums ? 'spokenSums' : 'spoken'](title, spoken)}
      />
      {children}
    </figure>
  );
}

function columnsOf({ times, lines }: Pick<ChartProps, 'times' | 'lines'>): uPlot.AlignedData {
  return [times as number[], ...lines.map(({ values }) => values as (number | null)[])];
}

function faded(colour: string): string {
  return colour.replace('rgb(', 'rgba(').replace(')', ', 0.14)');
}
