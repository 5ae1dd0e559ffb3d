import { createHash } from 'node:crypto';
import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { Suspense } from 'react';
import { Route } from 'wouter';
import { spellTicketCode, ticketCodeOf } from '@seatdrop/shared/contract/ticket-code.ts';
import { answer, noLine, problem } from '../../../testing/api.ts';
import { draw } from '../../../testing/draw.tsx';
import { anEvent, fromNow } from '../../../testing/things.ts';
import { en } from '../../staff/words/en.ts';
import { zhHant } from '../../staff/words/zh-hant.ts';
import CheckInPage from './check-in-page.tsx';

const words = en.checkIn;
const orderId = '01mfzqk3x0000a-1';

/** Each test has an event of its own, as the database of the door lives as long as this file. */
let eventId = 1;
beforeEach(() => {
  eventId += 1;
});
const path = (more = '') => `/events/${eventId}/check-ins${more}`;

const seatOf = (number: number) => ({ id: `1.${number}`, section: 'Parkett', row: '1', number });
const qrOf = (number: number) => `${orderId}.1.${number}.${'x'.repeat(22)}`;
const hash = (text: string) => createHash('sha256').update(text).digest('base64url');

/** A ticket as the API lists it for doors. */
function listed(number: number, code = ticketCodeOf(number), more: object = {}) {
  return {
    orderId,
    seat: seatOf(number),
    tickets: [hash(`older ${number}`).slice(0, 16), hash(qrOf(number)).slice(0, 16)],
    code: hash(`${eventId}:${code}`).slice(0, 4),
    ...more,
  };
}

async function drawDoor({
  startsAt = fromNow(3_600_000),
  tickets = [] as object[],
  locale = 'en' as const,
} = {}) {
  answer('get', '/auth/me', {
    user: { id: 3, name: 'Olga', email: 'olga@example.test', role: 'organizer' },
  });
  answer('get', `/events/${eventId}`, anEvent({ id: eventId, startsAt }));
  answer('get', path(), { sold: 4, checkedIn: 0, places: [], doubles: 0 });
  const lists = answer('get', `/events/${eventId}/ticket-hashes`, ({ request }) => {
    // One ticket a page, to see that all pages are read.
    const at = Number(new URL(request.url).searchParams.get('after') ?? 0);
    const next = at + 1 < tickets.length ? String(at + 1) : null;
    return { serverTime: fromNow(0), items: tickets.slice(at, at + 1), next };
  });
  // The texts come by a promise, which suspends the page for a moment.
  const drawn = await act(async () => {
    const page = draw(
      <Suspense>
        <Route path="/organize/events/:id/check-in">
          <CheckInPage />
        </Route>
      </Suspense>,
      { at: `/organize/events/${eventId}/check-in`, locale },
    );
    await Promise.resolve();
    return page;
  });
  return { ...drawn, lists };
}

/** A press takes effect after a promise. */
const click = (button: HTMLElement) => act(async () => Promise.resolve(fireEvent.click(button)));

async function type(text: string) {
  fireEvent.change(await screen.findByLabelText(words.code), { target: { value: text } });
  await click(screen.getByRole('button', { name: words.check }));
}

const letIn = (number: number) => ({
  seat: seatOf(number),
  order: { id: orderId },
  checkedInAt: fromNow(0),
  again: false,
});

const shown = (title: string) => screen.findByRole('heading', { name: title });

test('a scan without an answer is asked again with the same nonce, another one has its own', async () => {
  await drawDoor();
  const asked = answer('post', path(), ({ count }) =>
    count === 1 ? noLine() : count === 2 ? problem(503, 'unavailable', {}, 0) : letIn(1),
  );
  await type(qrOf(1));
  await shown(words.letIn);
  await type(qrOf(2));
  await screen.findByText(words.recent);
  const bodies = asked.bodies as { code: string; nonce: string; device: string }[];
  expect(bodies.map(({ code }) => code)).toEqual([qrOf(1), qrOf(1), qrOf(1), qrOf(2)]);
  expect(new Set(bodies.slice(0, 3).map(({ nonce }) => nonce)).size).toBe(1);
  expect(new Set(bodies.map(({ nonce }) => nonce)).size).toBe(2);
  for (const { nonce } of bodies) expect(nonce).toMatch(/^[0-9a-f]{32}$/);
  expect(new Set(bodies.map(({ device }) => device)).size).toBe(1);
});

test('what the server refuses is not asked again, and it is said at which door and when the ticket was used', async () => {
  await drawDoor();
  fireEvent.change(await screen.findByLabelText(words.doorName), { target: { value: ' South ' } });
  const asked = answer('post', path(), () =>
    problem(409, 'already_checked_in', {
      seat: seatOf(1),
      checkedInAt: '2026-05-04T18:30:00.000Z',
      door: 'North',
      device: 'another',
    }),
  );
  await type(qrOf(1));
  await shown(words.again);
  const hint = (await screen.findAllByText(/door “.?North.?”/)).at(0)!;
  expect(hint.textContent).toContain('8:30');
  expect(hint.textContent).not.toContain(words.onThisDevice);
  expect(asked.bodies).toMatchObject([{ door: 'South' }]);
  // A name that the API refuses must not be sent with every ticket.
  fireEvent.change(screen.getByLabelText(words.doorName), { target: { value: '\u202enorth' } });
  await screen.findByText(words.doorRefused);
  await type(qrOf(2));
  await screen.findByText(words.recent);
  expect(asked.bodies).toMatchObject([{}, { door: 'South' }]);
});

test('who was let in by mistake is taken back, once that is confirmed', async () => {
  await drawDoor();
  answer('post', path(), letIn(1));
  const undone = answer('post', path('/undo'), { ...letIn(1), undoneAt: fromNow(0) });
  await type(qrOf(1));
  await click(await screen.findByRole('button', { name: words.undo }));
  await click(await screen.findByRole('button', { name: words.undoYes }));
  await shown(words.undone);
  expect(undone.bodies).toMatchObject([{ ticket: { orderId, seatId: '1.1' } }]);
});

test('tickets of an event that is more than a day away are checked only by those who are sure', async () => {
  await drawDoor({ startsAt: fromNow(25 * 3_600_000) });
  const sure = await screen.findByRole('button', { name: words.anotherDayYes });
  expect(screen.queryByLabelText(words.code)).toBeNull();
  fireEvent.click(sure);
  await screen.findByLabelText(words.code);
});

test('a name is searched for, and what is found is admitted by order and seat', async () => {
  await drawDoor();
  const found = (state: string) => ({ orderId, seat: seatOf(1), buyer: 'Mara Moon', state });
  let state = 'valid';
  const asked = answer('get', `/events/${eventId}/tickets`, ({ request }) => ({
    items: new URL(request.url).searchParams.get('q') === 'Moon' ? [found(state)] : [],
    hasMore: false,
  }));
  const admitted = answer('post', path(), () => {
    state = 'used';
    return letIn(1);
  });
  await type('Moon');
  await screen.findByText('Mara Moon');
  expect(admitted.count).toBe(0);
  await click(screen.getByRole('button', { name: words.admit }));
  await shown(words.letIn);
  expect(admitted.bodies).toMatchObject([{ ticket: { orderId, seatId: '1.1' } }]);
  // The list says so too.
  const list = within(screen.getByRole('region', { name: /Moon/ }));
  await list.findByText(words.states.used);
  await list.findByRole('button', { name: words.undo });
  expect(list.queryByRole('button', { name: words.admit })).toBeNull();

  await type('nobody');
  await shown(words.invalid);
  // A name that looks like a short code is tried as one, and then searched for.
  const code = ticketCodeOf(5);
  answer('post', path(), problem(404, 'ticket_not_valid'));
  const before = asked.count;
  await type(code);
  await screen.findByText(words.recent);
  expect(asked.count).toBe(before + 1);
});

/** The API is out of reach. `isTold`: the browser says so, and nothing is tried. */
function cut({ isTold = false } = {}) {
  answer('get', path(), noLine());
  answer('post', path(), noLine());
  answer('get', `/events/${eventId}/ticket-hashes`, noLine());
  if (isTold) act(() => void window.dispatchEvent(new Event('offline')));
}

test('without network the list decides; what it admitted is sent when the network is back, and what does not count is shown', async () => {
  const tickets = [
    listed(1),
    listed(2),
    listed(3, undefined, { checkedIn: { at: fromNow(0), door: 'East' } }),
  ];
  const first = await drawDoor({ tickets });
  await screen.findByText(/List of .?3.? tickets/);
  cut();
  await type(qrOf(1));
  await shown(words.letIn);
  await screen.findAllByText(words.offline);
  await type(qrOf(1));
  await shown(words.again);
  await type(spellTicketCode(ticketCodeOf(2)).toLowerCase());
  await shown(words.letIn);
  await type(qrOf(2));
  await shown(words.again);
  await type(qrOf(3));
  await screen.findAllByText(/door “.?East.?”/);
  await type(qrOf(9));
  await shown(words.notListed);
  await screen.findByText(/2.? admissions wait to be sent/);

  // The page is loaded again, and then the network is back.
  first.unmount();
  const settled = answer('post', path('/batch'), ({ request }) =>
    request
      .clone()
      .json()
      .then(({ admissions }: { admissions: { nonce: string }[] }) => ({
        results: [
          { nonce: admissions.at(0)!.nonce, result: 'admitted', orderId, seat: seatOf(1) },
          {
            nonce: admissions.at(1)!.nonce,
            result: 'already_admitted',
            orderId,
            seat: seatOf(2),
            checkedIn: { at: fromNow(0), door: 'West' },
          },
        ],
      })),
  );
  await drawDoor({ tickets });
  const odd = within(await screen.findByRole('region', { name: words.odd(1) }));
  await odd.findByText(words.whyOdd.already_admitted);
  await odd.findByText(/door “.?West.?”/);
  expect(settled.bodies).toMatchObject([{ admissions: [{ code: qrOf(1) }, {}] }]);
  await click(odd.getByRole('button', { name: words.oddSeen }));
  await waitFor(() => expect(screen.queryByRole('region', { name: words.odd(1) })).toBeNull());
});

test('an admission without network is taken back before it was sent, and the ticket can be used again', async () => {
  await drawDoor({ tickets: [listed(1)] });
  await screen.findByText(/List of .?1.? ticket /);
  cut({ isTold: true });
  await type(qrOf(1));
  await screen.findByText(/1.? admission waits/);
  await click(screen.getByRole('button', { name: words.undo }));
  await click(await screen.findByRole('button', { name: words.undoYes }));
  await shown(words.undone);
  await waitFor(() => expect(screen.queryByText(/admission waits/)).toBeNull());
  await type(qrOf(1));
  await shown(words.letIn);
  await screen.findByText(/1.? admission waits/);
});

test('a short code that fits two tickets without network asks for the seat', async () => {
  const code = ticketCodeOf(77);
  await drawDoor({ tickets: [listed(1, code), listed(2, code)] });
  await screen.findByText(/List of .?2.? tickets/);
  cut({ isTold: true });
  await type(code);
  await shown(words.choose);
  await click(screen.getByRole('button', { name: /seat .?2/ }));
  await shown(words.letIn);
  await type(qrOf(2));
  await shown(words.again);
  await type(qrOf(1));
  await shown(words.letIn);
});

test('in Chinese', async () => {
  await drawDoor({ tickets: [listed(1)], locale: 'zh-Hant' as 'en' });
  await screen.findByLabelText(zhHant.checkIn.code);
  await screen.findByText(/清單有/);
  expect(screen.queryByText(words.thisDoor)).toBeNull();
});
