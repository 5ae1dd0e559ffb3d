import { useQuery } from '@tanstack/react-query';
import type { Drop, Event } from '../../api/types.ts';
import { Button } from '../../design/button.tsx';
import { Notice } from '../../design/notice.tsx';
import { LoadFailed } from '../../design/page.tsx';
import { Skeleton } from '../../design/skeleton.tsx';
import { useLocale } from '../../i18n/locale.tsx';
import { Empty } from '../../design/empty.tsx';
import { reportQuery, type Report } from '../../staff/queries.ts';
import { useWords } from '../../staff/use-words.ts';
import { DropSubpage } from '../drop-subpage.tsx';
import { ByMinute } from './by-minute.tsx';
import styles from './report-page.module.css';

export default function ReportPage() {
  const { report: words } = useWords();
  return (
    <DropSubpage title={words.title} csv={words.csv}>
      {(drop, event) => <Loaded drop={drop} event={event} />}
    </DropSubpage>
  );
}

function Loaded({ drop, event }: { drop: Drop; event: Event }) {
  const { format } = useLocale();
  const { report: words } = useWords();
  const { data, error, refetch, isFetching } = useQuery(reportQuery(drop.id));
  if (!data) return error ? <LoadFailed error={error} retry={refetch} /> : <Skeleton heights={[6, 14, 14]} />;
  const isOver = data.phase === 'closed' || data.phase === 'cancelled';
  return (
    <div className={styles.report}>
      <div className={styles.head}>
        <h2>{words.title}</h2>
        <p className={styles.soft}>{words.asOf(format.clock(data.generatedAt, event.timeZone))}</p>
        <Button look="quiet" busy={isFetching} onClick={() => void refetch()}>
          {words.refresh}
        </Button>
      </div>
      {!isOver && <Notice>{words.soFar}</Notice>}
      {data.conversion.entries === 0 ? (
        <Empty title={words.nothing} hint={words.nothingHint} />
      ) : (
        <>
          <Headline report={data} timeZone={event.timeZone} />
          <Way report={data} />
          <ByMinute report={data} timeZone={event.timeZone} />
        </>
      )}
    </div>
  );
}

function Headline({ report, timeZone }: { report: Report; timeZone: string }) {
  const { format } = useLocale();
  const { report: words } = useWords();
  const share = (rate: number | null) => (rate === null ? words.none : format.percent(rate));
  const { timeToSellOutSeconds: toSellOut, refunds } = report;
  const tiles = [
    {
      label: words.sold,
      value: format.number(report.seatsSold),
      beside: [
        words.ofCapacity(format.number(report.capacity)),
        ...(report.seatsWithheld > 0 ? [words.withheld(format.number(report.seatsWithheld))] : []),
      ].join(' · '),
    },
    {
      label: words.revenue,
      value: format.money(report.revenue),
      beside: [
        refunds.amount > 0 ? words.refunds(format.money(refunds)) : words.noRefunds,
        ...(feesOf(report) > 0
          ? [words.fees(format.money({ ...report.revenue, amount: feesOf(report) }))]
          : []),
        ...(report.includedTax.amount > 0 ? [words.tax(format.money(report.includedTax))] : []),
      ].join(' · '),
    },
    {
      label: words.soldOutIn,
      value: toSellOut === null ? words.none : format.longSpan(toSellOut * 1000),
      beside: report.soldOutAt === null ? words.notSoldOut : format.clock(report.soldOutAt, timeZone),
    },
    { label: words.conversion, value: share(report.conversion.rate) },
    { label: words.lapsed, value: share(report.lapseRate) },
  ];
  return (
    <dl className={styles.tiles}>
      {tiles.map(({ label, value, beside }) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>
            <span className={styles.big}>{value}</span>
            {beside && <span className={styles.soft}>{beside}</span>}
          </dd>
        </div>
      ))}
    </dl>
  );
}

const feesOf = ({ fees, platformFees }: Report): number => fees.amount + platformFees.amount;

const steps = [
  'entries',
  'held',
  'standby',
  'promoted',
  'soldOut',
  'paid',
  'lapsed',
  'givenBack',
  'declined',
  'cancelled',
  'refunded',
  'duplicates',
] as const;

/**
 * What became of the entries, each as a share of all. After the first few, outcomes that never happened are
 * left out.
 */
function Way({ report }: { report: Report }) {
  const { format } = useLocale();
  const { report: words } = useWords();
  const { conversion } = report;
  const shown = steps.filter((step) => conversion[step] > 0 || steps.indexOf(step) < 7);
  const most = Math.max(1, conversion.entries);
  return (
    <section className={styles.panel} aria-labelledby="way">
      <h3 id="way">{words.way}</h3>
      <dl className={styles.way}>
        {shown.map((step) => (
          <div key={step}>
            <dt>{words.steps[step]}</dt>
            <dd>{format.number(conversion[step])}</dd>
            <span className={styles.track} aria-hidden="true">
              <span
                className={step === 'paid' ? styles.paid : styles.share}
                style={{ width: `${Math.min(100, (100 * conversion[step]) / most)}%` }}
              />
            </span>
          </div>
        ))}
      </dl>
    </section>
  );
}
