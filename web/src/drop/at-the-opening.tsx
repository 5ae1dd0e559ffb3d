/**
 * The form for an entry. Before and after the opening it is the same element, so that what was filled in is
 * kept.
 */
import { totalOf } from '@seatdrop/shared/contract/total.ts';
import { useMutation } from '@tanstack/react-query';
import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { Link, useLocation } from 'wouter';
import { Refusal } from '../api/http.ts';
import type { Drop } from '../api/types.ts';
import { faultText } from '../api/use-fault.ts';
import { Countdown } from '../clock/countdown.tsx';
import { serverClock } from '../clock/server-clock.ts';
import { ActionBar } from '../design/action-bar.tsx';
import { Button, ButtonLink } from '../design/button.tsx';
import { Choices } from '../design/choices.tsx';
import { Field } from '../design/field.tsx';
import { useFirstFault } from '../design/first-fault.ts';
import { Notice } from '../design/notice.tsx';
import { Skeleton } from '../design/skeleton.tsx';
import { useLocale } from '../i18n/locale.tsx';
import { useMe } from '../session/use-me.ts';
import { Part, part } from '../shell/parts.tsx';
import { ReturnsNote } from '../orders/returns-note.tsx';
import styles from './counter.module.css';
import { figuresOf } from './figures.ts';
import { LeftBar } from './left-bar.tsx';
import { PriceLine } from './price-line.tsx';
import { ReadyList } from './ready-list.tsx';
import { RetryNote } from './retry-note.tsx';
import { sendEntry, type NewEntry, type Waiting } from './send-entry.ts';
import type { LiveDrop } from './use-drop.ts';
import { useRetryPause } from './use-retry-pause.ts';
import { WaitingNotice } from './waiting-notice.tsx';

const TermsNews = lazy(() => import('./terms-news.tsx'));
const Reminder = part(() => import('./reminder.tsx'));

/** Milliseconds before the opening after which a reminder would come too late: then nobody's page asks for it. */
const remindedBefore = 15 * 60_000;

type AtTheOpeningProps = {
  live: LiveDrop;
  isOpen: boolean;
  /** Below another part that has the title. */
  again?: boolean;
};

export function AtTheOpening({ live, isOpen, again }: AtTheOpeningProps) {
  const { text, format } = useLocale();
  const me = useMe();
  const [location] = useLocation();
  const { drop, event, opensAt, closesAt } = live;
  const [first] = useState(drop);
  const [isRemindable] = useState(() => opensAt - serverClock.now() > remindedBefore);
  const timeZone = event?.timeZone ?? format.here;
  const onlyStandby = isOpen && drop.standbyLimit > 0 && figuresOf(live.feed)?.free === 0;
  return (
    <>
      {!again && (
        <h2 id="stage" tabIndex={-1} className={styles.title}>
          {isOpen ? text.drop.nowOpen : text.drop.opensIn}
        </h2>
      )}
      {isOpen ? (
        <LeftBar live={live} />
      ) : (
        <>
          <Countdown to={opensAt} announce />
          <p className={styles.soft}>
            {text.drop.opensAt(format.opening(opensAt, timeZone, text.common.yourTime))}
            {text.common.stop}
            {text.drop.staysHere}
          </p>
        </>
      )}
      <PriceLine drop={drop} isOpen={isOpen} />
      {drop.termsVersion !== first.termsVersion && (
        <Suspense>
          <TermsNews first={first} drop={drop} />
        </Suspense>
      )}
      {onlyStandby && <Notice>{text.drop.standbyOnly}</Notice>}
      {!isOpen && !me?.scope && (
        <>
          <div className={styles.tear} />
          <ReadyList live={live} />
        </>
      )}
      {me && drop.question && (
        <>
          <div className={styles.tear} />
          <EntryForm live={live} isOpen={isOpen} />
        </>
      )}
      {me?.scope === 'tickets' && <p>{text.banned.noEntry}</p>}
      {me === null && (
        <ActionBar>
          <ButtonLink look="now" wide href={`/signin?next=${encodeURIComponent(location)}`}>
            {isOpen ? text.drop.signInToBuy : text.ready.signIn}
          </ButtonLink>
          <p className={styles.soft}>
            {text.auth.noAccount}{' '}
            <Link href={`/signup?next=${encodeURIComponent(location)}`}>{text.shell.signUp}</Link>
          </p>
        </ActionBar>
      )}
      <ReturnsNote returns={drop.returns} timeZone={timeZone} />
      {!isOpen && isRemindable && (
        <Part fallback={<Skeleton heights={[2, 3]} />}>
          <Reminder dropId={drop.id} user={me} />
        </Part>
      )}
      {isOpen && <p className={styles.soft}>{text.drop.closesAt(format.moment(closesAt, timeZone))}</p>}
    </>
  );
}

function EntryForm({ live, isOpen }: { live: LiveDrop; isOpen: boolean }) {
  const { text } = useLocale();
  const { drop } = live;
  const question = drop.question!;
  const maxQuantity = Math.min(drop.maxPerBuyer, drop.capacity);
  const [quantity, setQuantity] = useState(Math.min(2, maxQuantity));
  // An answer belongs to one question. When the question changes, the answer is cleared.
  const asked = `${question.id} ${question.text}`;
  const [given, setGiven] = useState({ asked, answer: '' });
  const answer = given.asked === asked ? given.answer : '';
  const [fault, setFault] = useState<string>();
  const { inside, show } = useFirstFault<HTMLFormElement>();
  const { send, stop, isSending, waiting, refused, retryAt } = useEntrySending(live);
  const wrong = refused instanceof Refusal && refused.code === 'wrong_answer';
  const pause = useRetryPause(retryAt);
  const offer = useOffer(live, quantity);

  const submit = (seats: number) => {
    if (!isOpen || isSending || pause > 0) return;
    if (answer.trim() === '') {
      setFault(question.choices ? text.drop.chooseAnswer : text.drop.writeAnswer);
      show();
      return;
    }
    setFault(undefined);
    void send({ questionId: question.id, answer, quantity: seats }).then(show);
  };

  const change = (value: string) => {
    setGiven({ asked, answer: value });
    setFault(undefined);
  };
  const faultOfAnswer = fault ?? (wrong ? faultText(refused, text) : undefined);

  return (
    <form
      ref={inside}
      className={styles.form}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        submit(offer.quantity);
      }}
    >
      <div className={styles.form}>
        {question.choices ? (
          <Choices
            legend={<Asked label={text.drop.yourQuestion} question={question.text} />}
            choices={question.choices.map((choice) => ({ value: choice, label: choice }))}
            value={answer}
            onChange={change}
            error={faultOfAnswer}
          />
        ) : (
          <>
            <Asked label={text.drop.yourQuestion} question={question.text} />
            <Field
              label={text.drop.answer}
              value={answer}
              onChange={(event) => change(event.target.value)}
              autoComplete="off"
              autoCapitalize="off"
              maxLength={200}
              enterKeyHint="send"
              error={faultOfAnswer}
            />
          </>
        )}
        {!isOpen && <p className={styles.soft}>{text.drop.questionHint}</p>}
      </div>
      {maxQuantity > 1 && (
        <Choices
          legend={text.drop.howMany}
          inRow
          choices={Array.from({ length: maxQuantity }, (_, index) => ({
            value: String(index + 1),
            label: String(index + 1),
          }))}
          value={String(quantity)}
          onChange={(value) => setQuantity(Number(value))}
        />
      )}
      {isOpen && <p className={styles.soft}>{text.drop.together}</p>}
      {waiting && <WaitingNotice waiting={waiting} onStop={stop} />}
      {refused && !wrong && !isSending && (
        <Notice tone="bad">
          {retryAt === undefined ? (
            faultText(refused, text)
          ) : (
            <>
              {text.problems.too_many_requests} {text.drop.thinkAgain}
            </>
          )}
        </Notice>
      )}
      {isOpen && offer.isLess && <Notice>{text.drop.fewerLeft(offer.quantity)}</Notice>}
      {isOpen && (
        <ActionBar>
          <Button type="submit" look="now" wide busy={isSending} disabled={pause > 0}>
            {isSending ? text.drop.sending : <OfferWords drop={drop} offer={offer} />}
          </Button>
          {offer.isLess && offer.hasStandby && !isSending && (
            <Button look="quiet" wide disabled={pause > 0} onClick={() => submit(quantity)}>
              {text.drop.joinStandby(quantity)}
            </Button>
          )}
          <RetryNote pause={pause} />
        </ActionBar>
      )}
    </form>
  );
}

/** What pressing the button would get: the seats that are wanted, fewer that are left, or a place in standby. */
function useOffer({ drop, feed }: LiveDrop, wanted: number) {
  const free = figuresOf(feed)?.free;
  const hasStandby = drop.standbyLimit > (feed.state?.standby ?? 0);
  const isLess = free !== undefined && free > 0 && free < wanted;
  return {
    quantity: isLess ? free : wanted,
    isLess,
    isStandby: free === 0 && hasStandby,
    hasStandby,
  };
}

function OfferWords({ drop, offer }: { drop: Drop; offer: ReturnType<typeof useOffer> }) {
  const { text, format } = useLocale();
  const { quantity, isStandby } = offer;
  if (isStandby) return text.drop.joinStandby(quantity);
  return text.drop.buy(quantity, format.money(totalOf(drop, quantity)));
}

function Asked({ label, question }: { label: string; question: string }) {
  return (
    <div>
      <p className={styles.soft}>{label}</p>
      <p>
        <strong dir="auto">{question}</strong>
      </p>
    </div>
  );
}

type Sending = { entry: NewEntry; stop: AbortController };

function useEntrySending(live: LiveDrop) {
  const { drop, beginEntry, askEntry, askTerms } = live;
  const [waiting, setWaiting] = useState<Waiting>();
  /** After a 429 no entry is accepted before this moment (monotonic timer, milliseconds). */
  const [retryAt, setRetryAt] = useState<number>();
  const wasWrong = useRef(false);
  const under = useRef<AbortController>(undefined);
  useEffect(() => () => under.current?.abort(), []);

  const sending = useMutation({
    async mutationFn({ entry, stop }: Sending) {
      const accepted = beginEntry(entry.quantity);
      try {
        await sendEntry(drop.id, entry, stop.signal, setWaiting, { wasWrong: wasWrong.current });
        accepted();
      } catch (error) {
        if (stop.signal.aborted) return;
        if (error instanceof Refusal && error.code === 'wrong_answer') wasWrong.current = true;
        if (error instanceof Refusal && error.status === 429)
          setRetryAt(performance.now() + (error.retryAfter ?? 0));
        // The new question is fetched before the page says that there is one.
        if (error instanceof Refusal && error.code === 'wrong_question') await askTerms();
        if (!stop.signal.aborted) throw error;
      }
    },
    onSettled(_data, _error, { stop }) {
      stop.abort();
      setWaiting(undefined);
      void askEntry();
    },
  });

  /** Resolves when nothing more is done for the entry, whatever the result. */
  const send = async (entry: NewEntry): Promise<void> => {
    // A double tap comes before the first press is rendered.
    if (under.current && !under.current.signal.aborted) return;
    const stop = new AbortController();
    under.current = stop;
    setRetryAt(undefined);
    await sending.mutateAsync({ entry, stop }).catch(() => {});
  };
  return {
    send,
    stop: () => under.current?.abort(),
    isSending: sending.isPending,
    waiting,
    refused: sending.error,
    retryAt,
  };
}
