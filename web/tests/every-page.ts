/**
 * Every page in every state, filled with the worst that people can type: words that do not break, several
 * scripts, emoji. Tests of all pages use this list; a route that is missing here fails a test.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { hashPassword } from '../../general/accounts/passwords.ts';
import { channels, newsKinds, offerOf, type NewsKind } from '../../shared/contract/notifications.ts';
import { encodeBatch } from '../../shared/messages/entry-batch.ts';
import type { PagePath } from '../../shared/contract/page-paths.ts';
import { signSession } from '../../shared/auth/session.ts';
import { newBatchId } from '../../shared/inventory/entry-id.ts';
import { createTestBroker } from '../../testing/broker.ts';
import { eventually } from '../../testing/eventually.ts';
import {
  buy,
  cardsOn,
  openWindow,
  payWith,
  untilStage,
  type Browser,
  type VisitOptions,
} from './start-browser.ts';
import { inSeconds, type Person, type WebSystem } from './start-web-system.ts';

export type Sight = {
  name: string;
  /** The route that shows it; empty for a page that does not exist. */
  route: PagePath | '';
  as?: Person;
  path: string;
  /** Brings the page into this state, however slow the machine is. */
  show: (page: Page) => Promise<unknown>;
  /** A submission was refused, by the page or by the server, so the focus is on the fault. */
  isRefused?: true;
  /** Creates a state that does not last, anew for each look. Returns where to look, and how to end it. */
  prepare?: () => Promise<{ as: Person; path: string; end: () => void }>;
};

/** None of these words has a place to break. Each is as long as the contract allows. */
const hostile = {
  title:
    'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft 👩‍👩‍👧‍👦🎻 ' +
    '東京国際フォーラム交響楽団定期演奏会第百五十回記念公演 مهرجان الموسيقى العالمي',
  venue: 'Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch_Mehrzweckveranstaltungshalle 🏟️ قاعة',
  description: `https://example.test/${'a-very-long-address-without-a-blank'.repeat(8)}\n${'漢'.repeat(200)}\n${'مرحبا '.repeat(40)}`,
  name: 'Wolfeschlegelsteinhausenbergerdorffwelchevoralternwarengewissenhaft 王小明🎉',
  arabicName: 'محمد عبد الرحمن الأندلسي (VIP)',
  email: (number: number) => `${'w'.repeat(56)}${number}@${'x'.repeat(60)}.${'y'.repeat(60)}.example.test`,
  sections: [
    { name: 'Rindfleischetikettierungsüberwachungsaufgabenüber1', rows: 2, seatsPerRow: 20 },
    { name: 'الشرفة العليا على اليمين 🎭', rows: 1, seatsPerRow: 12 },
    {
      name: '二階正面特別招待席車椅子対応介助者同伴可能席二階正面特別招待席車椅子対応介助者同伴可能席',
      rows: 1,
      seatsPerRow: 12,
    },
  ],
  reason: `${'Kartenweiterverkaufsplattform'.repeat(9)}\n${'مرحبا '.repeat(10)}\n${'漢'.repeat(60)}`,
  announcement: `${'مرحبا '.repeat(20)}\n${'Verschiebungsbekanntmachung'.repeat(6)}\n${'漢'.repeat(80)} 🎉`,
  question: {
    text: `${'Sesquipedalian'.repeat(30)}؟ أي آلة تعزف بالقوس`,
    choices: ['Cello', 'Honorificabilitudinitatibus'.repeat(7), 'آلة القانون', '弦楽器'.repeat(40)],
    answer: 'Cello',
  },
};

const heading = (words: string | RegExp) => (page: Page) =>
  page.getByRole('heading', { name: words }).first().waitFor();
const press = (page: Page, name: string | RegExp) => page.getByRole('button', { name }).first().click();
const then =
  (...steps: ((page: Page) => Promise<unknown>)[]) =>
  async (page: Page) => {
    for (const step of steps) await step(page);
  };

type Rooms = { sections: { name: string; rows: number; seatsPerRow: number }[] };
const oneRow = (seatsPerRow: number): Rooms => ({
  sections: [{ name: hostile.sections[0]!.name, rows: 1, seatsPerRow }],
});

export async function everyPage(system: WebSystem): Promise<{ sights: Sight[]; stop: () => Promise<void> }> {
  const { organizer } = system;
  let people = 0;
  const person = (role: Person['role'] = 'shopper', name = hostile.name) => {
    people += 1;
    return system.person(role, name, hostile.email(people));
  };
  const announce = async (): Promise<number> => {
    const { id } = await organizer.ask<{ id: number }>('POST', '/events', {
      title: hostile.title,
      venue: hostile.venue,
      description: hostile.description,
      startsAt: inSeconds(45 * 86_400),
    });
    return id;
  };
  const drop = async (changes: Parameters<WebSystem['drop']>[0] = {}, event?: number) =>
    system.drop(
      {
        sections: hostile.sections,
        questions: [hostile.question],
        price: { amount: 9_999_999, currency: 'EUR' },
        holdSeconds: 3600,
        ...changes,
      },
      event ?? (await announce()),
    );
  await system
    .db('users')
    .where({ id: organizer.id })
    .update({ name: hostile.name, email: hostile.email(0) });

  const [shopper, admin, banned] = [
    await person(),
    await person('admin'),
    await person('shopper', hostile.arabicName),
  ];
  await admin.ask('POST', `/users/${banned.id}/ban`, { reason: hostile.reason });

  // One event with several drops, and drops in every phase.
  const eventId = await announce();
  const scheduled = await drop({ opensAt: inSeconds(3600) }, eventId);
  const other = await drop(oneRow(4));
  const open = await drop({ returns: { until: inSeconds(40 * 86_400), keepPercent: 10 } });
  const [paused, closed, cancelled] = [await drop(), await drop(), await drop()];
  await organizer.ask('POST', `/drops/${paused}/pause`);
  await organizer.ask('PATCH', `/drops/${closed}`, { closesAt: inSeconds(1) });
  await organizer.ask('POST', `/drops/${cancelled}/cancel`);

  const pastId = await announce();
  await endEvent(system, pastId);

  // Buyers in every state that lasts.
  const [holder, standbyer, late, giver, lapsed, decliner, challenged] = [
    await person(),
    await person(),
    await person(),
    await person(),
    await person(),
    await person(),
    await person(),
  ];
  const lapsing = await drop({ holdSeconds: 5, lapsePauseSeconds: 3600 });
  await lapsed.enter(lapsing, 2);
  await holder.enter(open, 4);
  await decliner.enter(open, 4);
  await challenged.enter(open, 4);
  await giver.enter(open, 2);
  await giver.giveBack(open);
  await holder.enter(other, 4);
  await standbyer.enter(other, 2);
  await standbyer.enter(open, 2);
  const soldOut = await drop({ ...oneRow(2), standbyLimit: 0, maxPerBuyer: 2 });
  await holder.enter(soldOut, 2);
  const bought = await drop({ returns: { until: inSeconds(40 * 86_400), keepPercent: 10 } });
  for (const dropId of [open, bought]) {
    for (const announced of [hostile.description, hostile.announcement]) {
      await organizer.ask('POST', `/drops/${dropId}/announcements`, { text: announced.slice(0, 500) });
    }
  }
  await standbyer.enter(bought, 1);
  await standbyer.giveBack(bought);
  await shopper.enter(bought, 4);
  const order = await shopper.pay(bought);
  const refundedDrop = await drop();
  await shopper.enter(refundedDrop, 2);
  const refunded = await shopper.pay(refundedDrop);
  await organizer.ask('POST', `/orders/${refunded.id}/refund`);
  const { seats } = await eventually(async () => {
    const seen = await shopper.ask<{ seats: { ticket?: string }[] }>('GET', `/orders/${order.id}`);
    if (seen.seats.some(({ ticket }) => ticket === undefined)) throw new Error('no codes yet');
    return seen;
  });
  const checkIns = `/organize/events/${await eventOf(shopper, bought)}/check-in`;

  // The consumer parks messages that are no batch, and batches for a drop that does not exist.
  const broker = await createTestBroker(system.namespace);
  const queue = broker.topology.entryQueue(0);
  const { content, options } = encodeBatch(
    { dropId: 4_000_000_001, partition: 0 },
    newBatchId(),
    ['1:2'],
    Date.now(),
    'webtests.1',
  );
  await broker.send(queue, 'not a batch');
  await broker.send(queue, content.toString(), options);

  await eventually(async () => {
    const { status } = await lapsed.entry(lapsing);
    if (status !== 'released') throw new Error(`still ${status}`);
  }, 30_000);
  /** Whether an entry after a lapse is refused at the door or by its outcome depends on timing. */
  const tellRefused = async () => {
    const { version } = await late.entry(open);
    const retryAt = inSeconds(3600);
    const entry = { status: 'sold_out', version: version + 1, reason: 'hold_lapsed', retryAt } as const;
    await system.tell({
      dropId: open,
      soldOut: [],
      events: [{ to: late.id, event: 'entry:outcome', entry }],
    });
  };

  const stage = (kind: Parameters<typeof untilStage>[1]) => (page: Page) => untilStage(page, kind);
  const text = (words: string | RegExp) => (page: Page) => page.getByText(words).first().waitFor();
  // The hidden menu contains the name of the user who is signed in.
  const inMain = (words: string) => (page: Page) => page.getByRole('main').getByText(words).first().waitFor();
  /** Opens check-in. The event is on another day, which the page warns about first. */
  const atTheDoor = async (page: Page) => {
    await press(page, 'Check tickets anyway');
    await page.getByText('Ready for the next ticket').first().waitFor();
  };
  const dialog = (name: string | RegExp) => async (page: Page) => {
    await press(page, name);
    await page.getByRole('alertdialog').waitFor();
  };
  const allLoaded = async (page: Page) => {
    await page.locator('h1').first().waitFor();
    await page.getByText('Loading', { exact: true }).first().waitFor({ state: 'detached' });
  };
  const dropRoute = '/drops/:id/:step?';
  const event = `/organize/events/${eventId}`;
  const dropPath = `/organize/drops/${bought}`;
  const asBuyer = (name: string, as: Person, dropId: number, show: Sight['show']): Sight => ({
    name,
    route: dropRoute,
    as,
    path: `/drops/${dropId}`,
    show,
  });

  const sights: Sight[] = [
    { name: 'home', route: '/', path: '/', show: heading('Events') },
    {
      name: 'home with the menu open',
      route: '/',
      as: shopper,
      path: '/',
      show: then(heading('Events'), async (page) => {
        await press(page, /^Account of /);
        await page.getByRole('radio', { name: 'Dark' }).waitFor();
      }),
    },
    ...listSights(pastId, hostile.title),
    { name: 'event', route: '/events/:id', path: `/events/${eventId}`, show: heading(hostile.title) },
    { name: 'no such event', route: '/events/:id', path: '/events/99999', show: allLoaded },
    { name: 'sign in', route: '/signin', path: '/signin', show: heading('Sign in') },
    {
      name: 'sign in with faults',
      isRefused: true,
      route: '/signin',
      path: '/signin',
      show: then(heading('Sign in'), (page) => press(page, /^Sign in$/), someFault),
    },
    {
      name: 'sign in refused',
      isRefused: true,
      route: '/signin',
      path: '/signin',
      show: then(heading('Sign in'), async (page) => {
        await page.getByLabel('E-mail').fill(hostile.email(999));
        await page.getByLabel('Password', { exact: true }).fill('not the password of anybody');
        await press(page, /^Sign in$/);
        await page.getByRole('alert').filter({ hasText: /\S/ }).first().waitFor();
      }),
    },
    { name: 'sign up', route: '/signup', path: '/signup', show: heading('Create your account') },
    {
      name: 'sign up with faults',
      isRefused: true,
      route: '/signup',
      path: '/signup',
      show: then(
        heading('Create your account'),
        (page) => page.getByLabel('Name').fill('x'.repeat(300)),
        (page) => press(page, 'Create account'),
        someFault,
      ),
    },
    ...(await passwordSights(system, { shopper, admin, asker: challenged }, await person(), open)),
    ...ordersSights({ newcomer: late, shopper, standbyer }),
    ...orderSights(shopper, order.id, refunded.id),
    { name: 'no such order', route: '/orders/:id', as: shopper, path: '/orders/nothing', show: allLoaded },
    { name: 'no such page', route: '', path: '/nowhere', show: heading('Page not found') },
    {
      name: 'offline',
      route: '',
      path: '/nowhere',
      show: async (page) => {
        await heading('Page not found')(page);
        await page.context().setOffline(true);
        await text(/You are offline/)(page);
      },
    },
    {
      name: 'crashed',
      route: '',
      path: '/?q=a',
      // An answer that none of our servers sends.
      show: withoutApi(
        '**/api/events?*',
        { items: [{}], next: null },
        heading('This page has stopped working'),
      ),
    },

    {
      name: 'sale, signed out, not open',
      route: dropRoute,
      path: `/drops/${scheduled}`,
      show: stage('waiting'),
    },
    { name: 'sale, signed out', route: dropRoute, path: `/drops/${open}`, show: stage('open') },
    { name: 'no such sale', route: dropRoute, path: '/drops/999999', show: allLoaded },
    asBuyer('sale, not open', shopper, scheduled, then(stage('waiting'), text('You are ready.'))),
    asBuyer('sale, open', shopper, open, stage('open')),
    {
      ...asBuyer(
        'sale without an answer',
        shopper,
        open,
        then(stage('open'), (page) => press(page, /^Buy /), someFault),
      ),
      isRefused: true,
    },
    asBuyer(
      'sale in numbers',
      shopper,
      open,
      then(stage('open'), (page) => page.locator('summary').first().click()),
    ),
    asBuyer('seats held', holder, open, stage('held')),
    asBuyer('giving seats back', holder, open, then(stage('held'), dialog('Give back'))),
    ...paySights({ holder, decliner, challenged }, open),
    asBuyer('standby', standbyer, other, stage('standby')),
    asBuyer('leaving standby', standbyer, other, then(stage('standby'), dialog('Leave standby'))),
    asBuyer('sold out', late, soldOut, stage('gone')),
    asBuyer('seats given back', giver, open, stage('released')),
    asBuyer('the time to pay ran out', lapsed, lapsing, stage('released')),
    asBuyer(
      'entered too early after a lapse',
      late,
      open,
      then(stage('open'), text('Live'), tellRefused, stage('refused')),
    ),
    asBuyer('paid', shopper, bought, stage('paid')),
    asBuyer('paused', giver, paused, stage('paused')),
    asBuyer('closed', giver, closed, stage('closed')),
    asBuyer('cancelled', giver, cancelled, stage('cancelled')),
    {
      ...asBuyer('queued', holder, other, stage('queued')),
      async prepare() {
        const dropId = await drop();
        const as = await person();
        // A new drop takes a moment to reach the publisher: once somebody could enter, it is there.
        await (await person()).enter(dropId, 1);
        const consumer = system.tiers.get('consumer')!;
        consumer.kill('SIGSTOP');
        return { as, path: `/drops/${dropId}`, end: () => consumer.kill('SIGCONT') };
      },
      show: then(stage('open'), (page) => buy(page), stage('queued')),
    },
    {
      ...asBuyer('payment undecided', holder, other, stage('paying')),
      async prepare() {
        const dropId = await drop();
        const as = await person();
        await as.enter(dropId, 2);
        await as.pay(dropId, 'tok_late');
        system.sandbox.kill('SIGSTOP');
        return { as, path: `/drops/${dropId}`, end: () => system.sandbox.kill('SIGCONT') };
      },
    },

    {
      name: 'your events',
      route: '/organize',
      as: organizer,
      path: '/organize',
      show: heading(hostile.title),
    },
    ...moneySights(organizer, admin, order.id, event),
    {
      name: 'new event',
      route: '/organize/events/new',
      as: organizer,
      path: '/organize/events/new',
      show: text('Save and set up the sale'),
    },
    {
      name: 'new event with faults',
      isRefused: true,
      route: '/organize/events/new',
      as: organizer,
      path: '/organize/events/new',
      show: then((page) => press(page, 'Save and set up the sale'), someFault),
    },
    {
      name: 'edit event',
      route: '/organize/events/:id/edit',
      as: organizer,
      path: `${event}/edit`,
      show: heading('Edit event'),
    },
    {
      name: 'leaving what is not saved',
      route: '/organize/events/:id/edit',
      as: organizer,
      path: `${event}/edit`,
      show: async (page) => {
        await page.getByLabel('Title').fill('x'.repeat(250));
        await page.getByRole('link', { name: 'Cancel' }).click();
        await page.getByRole('alertdialog').waitFor();
      },
    },
    {
      name: 'event of somebody else',
      route: '/organize/events/:id/edit',
      as: await person('organizer'),
      path: `${event}/edit`,
      show: allLoaded,
    },
    {
      name: 'new sale',
      route: '/organize/events/:id/drops/new',
      as: organizer,
      path: `${event}/drops/new`,
      show: text('Create sale'),
    },
    {
      name: 'new sale with faults',
      isRefused: true,
      route: '/organize/events/:id/drops/new',
      as: organizer,
      path: `${event}/drops/new`,
      show: async (page) => {
        await page.getByLabel('Section').first().fill('W'.repeat(80));
        await page.getByLabel('Rows').fill('20');
        await page.getByLabel('Seats per row').fill('40');
        await page.getByLabel('Question', { exact: true }).fill(hostile.question.text);
        await press(page, 'Create sale');
        await someFault(page);
      },
    },
    {
      name: 'sale, live',
      route: '/organize/drops/:id',
      as: organizer,
      path: dropPath,
      show: text(/seats free/),
    },
    {
      name: 'sale, live, to come',
      route: '/organize/drops/:id',
      as: organizer,
      path: `/organize/drops/${scheduled}`,
      show: text('Opens in'),
    },
    {
      name: 'sale, cancelled',
      route: '/organize/drops/:id',
      as: organizer,
      path: `/organize/drops/${cancelled}`,
      show: allLoaded,
    },
    ...['Pause', 'Change closing time', 'Cancel sale'].map((name): Sight => ({
      name: `dialog: ${name}`,
      route: '/organize/drops/:id',
      as: organizer,
      path: dropPath,
      show: dialog(name),
    })),
    {
      name: 'announcement, refused',
      isRefused: true,
      route: '/organize/drops/:id',
      as: organizer,
      path: dropPath,
      show: then(text(/seats free/), (page) => press(page, 'Announce'), someFault),
    },
    {
      name: 'dialog: announce',
      route: '/organize/drops/:id',
      as: organizer,
      path: dropPath,
      show: then((page) => page.getByLabel('Announcement').fill(hostile.announcement), dialog('Announce')),
    },
    {
      name: 'dialog with a fault',
      isRefused: true,
      route: '/organize/drops/:id',
      as: organizer,
      path: dropPath,
      show: then(dialog('Cancel sale'), (page) => press(page, 'Cancel and refund'), someFault),
    },
    {
      name: 'edit sale',
      route: '/organize/drops/:id/edit',
      as: organizer,
      path: `/organize/drops/${scheduled}/edit`,
      show: text('Sections cannot be changed'),
    },
    {
      name: 'questions',
      route: '/organize/drops/:id/edit',
      as: organizer,
      path: `${dropPath}/edit`,
      show: text('This sale has opened'),
    },
    {
      name: 'sold orders',
      route: '/organize/drops/:id/orders',
      as: organizer,
      path: `${dropPath}/orders`,
      show: inMain(hostile.name),
    },
    {
      name: 'dialog: refund',
      route: '/organize/drops/:id/orders',
      as: organizer,
      path: `${dropPath}/orders`,
      show: then(inMain(hostile.name), dialog('Refund')),
    },
    {
      name: 'report',
      route: '/organize/drops/:id/report',
      as: organizer,
      path: `${dropPath}/report`,
      show: text('From entry to ticket'),
    },
    {
      name: 'report in numbers',
      route: '/organize/drops/:id/report',
      as: organizer,
      path: `${dropPath}/report`,
      show: then(text('From entry to ticket'), (page) => page.locator('summary').first().click()),
    },
    {
      name: 'check-in on another day',
      route: '/organize/events/:id/check-in',
      as: organizer,
      path: checkIns,
      show: text('Check tickets anyway'),
    },
    {
      name: 'check-in',
      route: '/organize/events/:id/check-in',
      as: organizer,
      path: checkIns,
      show: atTheDoor,
    },
    {
      name: 'check-in, results',
      route: '/organize/events/:id/check-in',
      as: organizer,
      path: checkIns,
      show: async (page) => {
        await atTheDoor(page);
        for (const code of [seats[0]!.ticket!, 'W'.repeat(200), seats[0]!.ticket!]) {
          await page.getByLabel('Code, order number, name or seat').fill(code);
          await page.keyboard.press('Enter');
          await page.locator('section[data-result]:not([data-result="ready"])').waitFor();
        }
        await page.locator('section[data-result="again"]').waitFor();
      },
    },
    {
      name: 'check-in without a code',
      isRefused: true,
      route: '/organize/events/:id/check-in',
      as: organizer,
      path: checkIns,
      show: then(atTheDoor, (page) => press(page, /^Check/), someFault),
    },

    {
      name: 'not for shoppers',
      route: '/organize',
      as: shopper,
      path: '/organize',
      show: text('No access'),
    },
    {
      name: 'not for organizers',
      route: '/admin',
      as: organizer,
      path: '/admin',
      show: text('No access'),
    },
    { name: 'users', route: '/admin/users', as: admin, path: '/admin', show: text(hostile.arabicName) },
    {
      name: 'dialog: role',
      route: '/admin/users',
      as: admin,
      path: '/admin/users',
      show: async (page) => {
        await page.getByRole('combobox').first().selectOption('admin');
        await page.getByRole('alertdialog').waitFor();
      },
    },
    { name: 'all sales', route: '/admin/drops', as: admin, path: '/admin/drops', show: text(hostile.title) },
    {
      name: 'parked',
      route: '/admin/parked',
      as: admin,
      path: '/admin/parked',
      show: text('2 failed messages'),
    },
    {
      name: 'dialog: resend',
      route: '/admin/parked',
      as: admin,
      path: '/admin/parked',
      show: then(text('2 failed messages'), dialog(/^Send/)),
    },
    {
      name: 'health',
      route: '/admin/health',
      as: admin,
      path: '/admin/health',
      show: text('All processes are ready'),
    },
  ];
  const more = await moreSights(system, admin, { buyer: shopper.id, banned: banned.id });
  return { sights: [...sights, ...more], stop: () => broker.stop() };
}

/** Where organizers and administrators see what becomes of money. */
function moneySights(organizer: Person, admin: Person, orderId: string, event: string): Sight[] {
  return [...searchSights(organizer, admin, orderId), ...payoutSights(organizer, event)];
}

/** The system for these tests takes money by the sandbox, which has no accounts: what Stripe would say is answered here. */
function payoutSights(organizer: Person, event: string): Sight[] {
  const path = '/organize/payouts';
  const api = '**/api/payout-account';
  const isIn = (state: string) => ({ state, isRequired: true, account: `acct_${'1'.repeat(60)}` });
  const text = (words: string) => (page: Page) => page.getByRole('main').getByText(words).first().waitFor();
  const sight = (name: string, show: Sight['show']): Sight => ({
    name,
    route: path,
    as: organizer,
    path,
    show,
  });
  return [
    sight('payouts, all to the platform', text('Paid to the platform')),
    sight(
      'payouts, not connected',
      withoutApi(api, { state: 'not_connected', isRequired: true }, text('No account connected')),
    ),
    sight('payouts, details needed', withoutApi(api, isIn('details_needed'), text('More details needed'))),
    sight('payouts, in review', withoutApi(api, isIn('in_review'), text('Stripe is checking your details'))),
    sight('payouts, ready', withoutApi(api, isIn('ready'), text('You can be paid'))),
    {
      ...sight('payouts, no link', async (page) => {
        await withoutApi(`${api}/check`, isIn('details_needed'), text('More details needed'))(page);
        await page.getByRole('button', { name: 'Continue at Stripe' }).click();
        await text('All payments go to the platform')(page);
      }),
      path: `${path}?from=provider`,
    },
    {
      name: 'new sale of an organizer who cannot be paid',
      route: '/organize/events/:id/drops/new',
      as: organizer,
      path: `${event}/drops/new`,
      show: withoutApi(api, isIn('details_needed'), text('You can create sales once you can be paid.')),
    },
  ];
}

async function moreSights(
  ...[system, ...of]: [WebSystem, ...Parameters<typeof auditSights>]
): Promise<Sight[]> {
  const [, { buyer }] = of;
  return [...auditSights(...of), ...(await freeSights(system)), ...(await holderSights(system, buyer))];
}

/** Who holds tickets of the event of an order, and what they are told. */
async function holderSights(system: WebSystem, buyer: number): Promise<Sight[]> {
  const as = system.organizer;
  const order = await system
    .db<{ user_id: number; status: string; drop_id: number }>('orders')
    .where({ user_id: buyer, status: 'paid' })
    .first('drop_id');
  const event = await eventOf(as, order!.drop_id);
  await as.ask('POST', `/events/${event}/mailings`, { text: hostile.description });
  const over = await eventOf(as, await system.drop({ sections: hostile.sections }));
  await as.ask('POST', `/events/${over}/cancel`, { text: hostile.announcement });
  const loaded = (shown: Page) =>
    shown
      .getByText(/\d of 1 sent/)
      .first()
      .waitFor();
  const sight = (name: string, show: Sight['show'], of = event): Sight => ({
    name: `ticket holders${name}`,
    route: '/organize/events/:id/holders',
    as,
    path: `/organize/events/${of}/holders`,
    show,
  });
  const asked = (name: string) => async (shown: Page) => {
    await press(shown, name);
    await shown.getByRole('alertdialog').waitFor();
  };
  const write = async (shown: Page) => {
    await shown.getByLabel('Message', { exact: true }).fill(hostile.description);
    await asked('Preview')(shown);
    await shown.getByText('1 person gets this e-mail').waitFor();
  };
  const fault = then(loaded, (shown) => press(shown, 'Preview'), someFault);
  return [
    sight('', loaded),
    { ...sight(', message with faults', fault), isRefused: true },
    sight(', dialog: message', then(loaded, write)),
    sight(', dialog: cancel event', then(loaded, asked('Cancel event'))),
    sight(' of a cancelled event', (shown) => shown.getByText('Nothing yet.').waitFor(), over),
    sight(
      ' that cannot be counted',
      withoutApi('**/api/events/*/holders', 'refused', (shown) =>
        shown.getByText('This could not be loaded').first().waitFor(),
      ),
    ),
    ...changeSights(as, event),
  ];
}

/** Changing an event for which people hold tickets. */
function changeSights(as: Person, event: number): Sight[] {
  const change = (name: string, fill: Sight['show']): Sight => ({
    name: `ticket holders of an event that is ${name}`,
    route: '/organize/events/:id/edit',
    as,
    path: `/organize/events/${event}/edit`,
    show: then(heading('Edit event'), fill, (page) => page.getByLabel(/^Your message/).waitFor()),
  });
  return [
    change('moved', (page) => page.getByLabel('Venue', { exact: true }).fill('New Mill')),
    change('renamed', async (page) => {
      await page.getByLabel('Description').fill('Quiet');
      await page.getByRole('checkbox').check();
    }),
  ];
}

/** What administrators see of what was done, and of one user. */
function auditSights(admin: Person, of: { buyer: number; banned: number }): Sight[] {
  const inList = (words: string) => (page: Page) =>
    page.getByRole('listitem').filter({ hasText: words }).first().waitFor();
  return [
    {
      name: 'audit log',
      route: '/admin/audit',
      as: admin,
      path: '/admin/audit',
      show: then(inList('Sale created'), (page) =>
        page.locator('details:not([open]) summary').first().click(),
      ),
    },
    {
      name: 'audit log of one user',
      route: '/admin/audit',
      as: admin,
      path: `/admin/audit?subject=user:${of.banned}`,
      show: inList('User banned'),
    },
    {
      name: 'audit log, nothing found',
      route: '/admin/audit',
      as: admin,
      path: '/admin/audit?subject=user:4294967295',
      show: (page) => page.getByText('Nothing found').waitFor(),
    },
    {
      name: 'dialog: ban',
      route: '/admin/users',
      as: admin,
      path: '/admin/users',
      show: then(
        (page) => press(page, /^Ban/),
        (page) => page.getByRole('alertdialog').waitFor(),
      ),
    },
    {
      name: 'dialog: ban without a reason',
      isRefused: true,
      route: '/admin/users',
      as: admin,
      path: '/admin/users',
      show: then(
        (page) => press(page, /^Ban/),
        (page) => page.getByRole('alertdialog').getByRole('button', { name: 'Ban' }).click(),
        someFault,
      ),
    },
    {
      name: 'orders of one user',
      route: '/admin/orders',
      as: admin,
      path: `/admin/orders?buyer=${of.buyer}`,
      show: inList(hostile.title.slice(0, 20)),
    },
  ];
}

/** Searches, and the page of one order. */
function searchSights(organizer: Person, admin: Person, orderId: string): Sight[] {
  const text = (words: string | RegExp) => (page: Page) =>
    page.getByRole('main').getByText(words).first().waitFor();
  const search = (words: string, found: string) => async (page: Page) => {
    await page.getByRole('searchbox').fill(words);
    await text(found)(page);
  };
  return [
    {
      name: 'receipt details',
      route: '/organize/seller',
      as: organizer,
      path: '/organize/seller',
      show: (page) => page.getByLabel('Name of the business').waitFor(),
    },
    {
      name: 'find an order',
      route: '/organize/orders',
      as: organizer,
      path: '/organize/orders',
      show: search(orderId, hostile.name),
    },
    {
      name: 'no order found',
      route: '/organize/orders',
      as: organizer,
      path: '/organize/orders',
      show: search('q'.repeat(100), 'No orders found'),
    },
    {
      name: 'record of an order',
      route: '/organize/orders/:id',
      as: organizer,
      path: `/organize/orders/${orderId}`,
      show: text(/^Payment 1/),
    },
    {
      name: 'dialog: mail of an order again',
      route: '/organize/orders/:id',
      as: organizer,
      path: `/organize/orders/${orderId}`,
      show: then(
        (page) => press(page, 'Send mail again'),
        (page) => page.getByRole('alertdialog').waitFor(),
      ),
    },
    {
      name: 'record of no order',
      route: '/organize/orders/:id',
      as: organizer,
      path: '/organize/orders/nothing',
      show: text('Order not found.'),
    },
    {
      name: 'find any order',
      route: '/admin/orders',
      as: admin,
      path: '/admin/orders',
      show: search(orderId, hostile.name),
    },
    {
      name: 'nobody found',
      route: '/admin/users',
      as: admin,
      path: '/admin/users',
      show: search('q'.repeat(250), 'No users found'),
    },
  ];
}

type Looking = {
  browser: Browser;
  /** The address of the system. */
  url: string;
  /** Windows at a time. */
  atOnce: number;
  prepareWindow?: (page: Page) => Promise<unknown>;
} & Omit<VisitOptions, 'as'>;

/**
 * Looks at these states in several windows at a time. States with `prepare` stop a part of the system, so
 * they are looked at one by one afterwards. Returns what `look` found, and what failed, by the name of the
 * state.
 */
export async function lookAtEach<Found>(
  sights: readonly Sight[],
  { browser, url, atOnce, prepareWindow, ...options }: Looking,
  look: (page: Page, sight: Sight, path: string) => Promise<Found | undefined>,
): Promise<Record<string, Found | string>> {
  const found: Record<string, Found | string> = {};
  const work = async (left: Sight[]) => {
    const open = async () => {
      const opened = await openWindow(browser, url, options);
      await prepareWindow?.(opened.page);
      return opened;
    };
    let window = await open();
    for (let sight = left.shift(); sight; sight = left.shift()) {
      const own = await sight.prepare?.();
      try {
        await window.visitAs(own?.as ?? sight.as);
        const seen = await look(window.page, sight, own?.path ?? sight.path);
        if (seen !== undefined) found[sight.name] = seen;
      } catch (error) {
        found[sight.name] = String(error).slice(0, 600);
        await window.close(); // its state is unknown
        window = await open();
      } finally {
        own?.end();
      }
      const seen = found[sight.name];
      if (seen !== undefined) process.stderr.write(`${sight.name}: ${JSON.stringify(seen, null, 2)}\n`);
    }
    await window.close();
  };
  const together = sights.filter(({ prepare }) => !prepare);
  await Promise.all(Array.from({ length: atOnce }, () => work(together)));
  await work(sights.filter(({ prepare }) => prepare));
  return found;
}

async function eventOf(who: Person, dropId: number): Promise<number> {
  return (await who.ask<{ eventId: number }>('GET', `/drops/${dropId}`)).eventId;
}

/** Waits until a field shows a fault. */
async function someFault(page: Page): Promise<void> {
  await page.locator('[aria-invalid="true"], [data-invalid], [data-fault]').first().waitFor();
}

/** One's data, and asking to become an organizer. The shopper has tickets, so the account cannot be deleted. */
async function ownDataSights(
  system: WebSystem,
  { shopper, admin, asker }: Record<'shopper' | 'admin' | 'asker', Person>,
): Promise<Sight[]> {
  const password = 'a lantern in the rain';
  const password_hash = await hashPassword(password);
  await system.db('users').where({ id: shopper.id }).update({ password_hash });
  const request = { user_id: asker.id, text: hostile.reason };
  await system.db('organizer_requests').insert({
    ...request,
    status: 'declined',
    reason: hostile.reason,
    decided_at: new Date(),
  });
  await system.db('organizer_requests').insert({ ...request, user_id: admin.id });
  const inMain = (words: string) => (page: Page) => page.getByRole('main').getByText(words).first().waitFor();
  const openDialog = async (page: Page) => {
    await press(page, 'Delete the account');
    await page.getByRole('alertdialog').waitFor();
  };
  const account = { route: '/account', path: '/account' } as const;
  const requests = { route: '/admin/requests', as: admin, path: '/admin/requests' } as const;
  return [
    { name: 'privacy', route: '/privacy', path: '/privacy?deleted', show: heading('Privacy') },
    {
      name: 'account with a declined request',
      ...account,
      as: asker,
      show: inMain('The administrator writes'),
    },
    {
      name: 'account: asking to become an organizer',
      isRefused: true,
      ...account,
      as: shopper,
      show: then(
        (page) => press(page, 'Ask to become an organizer'),
        (page) => press(page, 'Send the request'),
        someFault,
      ),
    },
    { name: 'dialog: delete the account', ...account, as: shopper, show: openDialog },
    {
      name: 'dialog: the account cannot be deleted',
      isRefused: true,
      ...account,
      as: shopper,
      show: then(openDialog, async (page) => {
        const dialog = page.getByRole('alertdialog');
        await dialog.getByLabel('Your password, to confirm').fill(password);
        await dialog.getByRole('button', { name: 'Delete for good' }).click();
        await dialog.getByText(/^The account cannot be deleted yet/).waitFor();
      }),
    },
    { name: 'requests', ...requests, show: inMain('Asked') },
    {
      name: 'dialog: decline a request',
      ...requests,
      show: then(
        (page) => press(page, 'Decline'),
        (page) => page.getByRole('alertdialog').waitFor(),
      ),
    },
  ];
}

type Owners = Record<'newcomer' | 'shopper' | 'standbyer', Person>;

/** "My tickets": entries, and orders below them. */
function ordersSights({ newcomer, shopper, standbyer }: Owners): Sight[] {
  const text = (words: string | RegExp) => (page: Page) => page.getByText(words).first().waitFor();
  return [
    { name: 'orders, signed out', route: '/orders', path: '/orders', show: heading('Sign in') },
    { name: 'no orders', route: '/orders', as: newcomer, path: '/orders', show: text('No tickets yet') },
    { name: 'orders', route: '/orders', as: shopper, path: '/orders', show: heading(hostile.title) },
    {
      name: 'orders, below seats held, standby and an end',
      route: '/orders',
      as: standbyer,
      path: '/orders',
      show: text('Ended lately'),
    },
    {
      name: 'orders without the entries',
      route: '/orders',
      as: shopper,
      path: '/orders',
      show: withoutApi(
        '**/api/me/entries',
        'refused',
        then(text(/could not be loaded\. They are/), heading(hostile.title)),
      ),
    },
  ];
}

/** The longest of what is known about a session, and one of which nothing is known. */
async function signInElsewhere(system: WebSystem, userId: number): Promise<void> {
  const now = system.db.fn.now(3);
  const session = { user_id: userId, made_at: now, seen_at: now };
  await system.db('sessions').insert([
    {
      ...session,
      sid: 'tablet',
      browser: 'Samsung Internet for Android',
      system: 'PlayStation 4',
      address: '2001:db8:1234:5678::/64',
    },
    { ...session, sid: 'program', browser: null, system: null, address: '192.0.2.1' },
  ]);
}

function orderSights(as: Person, id: string, refundedId: string): Sight[] {
  const of = (name: string, order: string, show: Sight['show']): Sight => ({
    name,
    route: '/orders/:id',
    as,
    path: `/orders/${order}`,
    show,
  });
  return [
    of('order', id, codes),
    of('order refunded', refundedId, async (page) => {
      await page.getByText('Not valid for entry').first().waitFor();
    }),
    of('order, returning tickets', id, async (page) => {
      await codes(page);
      await page.getByRole('button', { name: 'Return tickets' }).click();
      await page.getByRole('checkbox').first().check();
    }),
  ];
}

/** The pay page in its states, which outlive a look: each belongs to the buyer. */
async function passwordSights(
  system: WebSystem,
  people: Record<'shopper' | 'admin' | 'asker', Person>,
  newcomer: Person,
  dropId: number,
): Promise<Sight[]> {
  const { shopper } = people;
  await signInElsewhere(system, shopper.id);
  return [
    ...(await ownDataSights(system, people)),
    ...confirmSights(await unconfirmed(system, newcomer), shopper, dropId),
    { name: 'forgot', route: '/forgot', path: '/forgot', show: heading('Choose a new password') },
    {
      name: 'forgot, link sent',
      route: '/forgot',
      path: '/forgot',
      show: then(heading('Choose a new password'), async (page) => {
        await page.getByLabel('E-mail').fill(hostile.email(999));
        await press(page, 'Send me a link');
        await page.getByText(/^If there is an account/).waitFor();
      }),
    },
    { name: 'reset', route: '/reset', path: '/reset#link', show: heading('Choose a new password') },
    {
      name: 'reset with an old link',
      route: '/reset',
      path: '/reset#link',
      show: then(heading('Choose a new password'), async (page) => {
        await page.getByLabel('New password').fill('a good new one');
        await press(page, 'Set the password');
        await page.getByText(/^This link was used/).waitFor();
      }),
    },
    ...newsSights(shopper),
    { name: 'account, signed out', route: '/account', path: '/account', show: heading('Sign in') },
    {
      name: 'account',
      route: '/account',
      as: shopper,
      path: '/account',
      show: then(
        (page) => page.getByText('Samsung Internet for Android').waitFor(),
        (page) => page.getByText('Order paid, with receipt').waitFor(),
      ),
    },
    {
      name: 'account, ending all other sessions',
      route: '/account',
      as: shopper,
      path: '/account',
      show: then(
        (page) => press(page, 'End all others'),
        async (page) => {
          await page.getByRole('alertdialog').waitFor();
        },
      ),
    },
    {
      name: 'account with faults',
      isRefused: true,
      route: '/account',
      as: shopper,
      path: '/account',
      show: then(heading('Account'), (page) => press(page, 'Change the password'), someFault),
    },
  ];
}

/** News on the page of the account, of a system that sends text messages too. */
function newsSights(as: Person): Sight[] {
  const account = { route: '/account', path: '/account', as } as const;
  const kinds = (Object.keys(newsKinds) as NewsKind[]).map((kind) => ({
    kind,
    channels: channels
      .filter((channel) => offerOf(kind, channel) !== undefined)
      .map((channel) => ({ channel, on: true, fixed: offerOf(kind, channel) === 'always' })),
  }));
  const withPhone = (phone: object | null, show: Sight['show']) =>
    withoutApi('**/api/me/notifications', { channels, kinds, phone }, show);
  const number = '+4915112345678901';
  const text = (words: string | RegExp) => (page: Page) => page.getByText(words).first().waitFor();
  return [
    {
      ...account,
      name: 'account, news with a wrong phone number',
      isRefused: true,
      show: withPhone(
        null,
        then(text('Mobile number'), (page) => press(page, 'Send a code'), someFault),
      ),
    },
    {
      ...account,
      name: 'account, news with the code of a phone',
      show: withPhone({ number, confirmed: false }, text('Code of six digits')),
    },
    {
      ...account,
      name: 'account, news that cannot be loaded',
      show: withoutApi('**/api/me/notifications', 'refused', text('Try again')),
    },
  ];
}

/** A user who may not buy before the address is confirmed. */
async function unconfirmed({ db, sessionKeys }: WebSystem, person: Person): Promise<Person> {
  const { id: userId, role } = person;
  await db('users').where({ id: userId }).update({ unconfirmed_since: new Date() });
  return { ...person, token: signSession({ userId, role, scope: 'unconfirmed' }, sessionKeys) };
}

function confirmSights(person: Person, shopper: Person, dropId: number): Sight[] {
  const confirm = { route: '/confirm', path: '/confirm#link' } as const;
  const openBar = (page: Page) => page.getByText('Confirm your e-mail address to buy').click();
  const account = { route: '/account', path: '/account', as: shopper } as const;
  return [
    { ...confirm, name: 'confirm', show: heading('Confirm your e-mail address') },
    {
      ...confirm,
      name: 'confirm with an old link',
      show: then(
        (page) => press(page, 'Confirm this address'),
        heading('This link was used before, or is too old'),
      ),
    },
    {
      name: 'unconfirmed, sale open',
      route: '/drops/:id/:step?',
      path: `/drops/${dropId}`,
      as: person,
      show: then(
        (page) => untilStage(page, 'open'),
        (page) => page.getByText('Confirm your e-mail address to buy').waitFor(),
      ),
    },
    {
      name: 'unconfirmed, mail sent again',
      route: '/',
      path: '/',
      as: person,
      show: then(
        heading('Events'),
        openBar,
        (page) => press(page, 'Send the mail again'),
        (page) => page.getByText(/^The mail is on its way/).waitFor(),
      ),
    },
    {
      ...account,
      name: 'account, name saved',
      show: then(async (page) => {
        await page.getByLabel('Name').fill(hostile.name);
        await page.getByRole('radio', { name: 'English' }).last().check({ force: true });
        await press(page, 'Save');
        await page.getByText('Saved.').waitFor();
      }),
    },
    {
      ...account,
      name: 'account, faults of the address',
      isRefused: true,
      show: then(heading('Account'), (page) => press(page, 'Change the address'), someFault),
    },
  ];
}

function paySights(buyers: Record<'holder' | 'decliner' | 'challenged', Person>, dropId: number): Sight[] {
  const page = { route: '/drops/:id/:step?', path: `/drops/${dropId}/pay` } as const;
  return [
    { ...page, name: 'pay', as: buyers.holder, show: cardsOn },
    { name: 'home, seats held', route: '/', path: '/', as: buyers.holder, show: heldBar },
    { ...page, name: 'giving seats back while paying', as: buyers.holder, show: askedToGiveBack },
    { ...page, name: 'pay, the bank asks', as: buyers.challenged, show: bankAsks },
    { ...page, name: 'pay, another total', as: buyers.challenged, show: anotherTotal },
    { ...page, name: 'pay, declined', as: buyers.decliner, show: declined, isRefused: true },
  ];
}

/** A sale whose seats cost nothing: before an entry, and with seats. */
async function freeSights(system: WebSystem): Promise<Sight[]> {
  const { sections } = hostile;
  const free = { price: { amount: 0, currency: 'EUR' }, sections, holdSeconds: 3600 };
  const dropId = await system.drop(free);
  const [visitor, taker] = [await system.person(), await system.person()];
  await taker.enter(dropId, 4);
  const page = { route: '/drops/:id/:step?', path: `/drops/${dropId}` } as const;
  return [
    { ...page, name: 'free sale', as: visitor, show: (shown) => untilStage(shown, 'open') },
    { ...page, name: 'free seats held', as: taker, show: (shown) => untilStage(shown, 'held') },
  ];
}

/** The bar is on every page that does not show seats that are held by itself. */
const heldBar = then(heading('Events'), (page) => page.getByRole('link', { name: 'Pay' }).waitFor());

async function askedToGiveBack(page: Page): Promise<void> {
  await cardsOn(page);
  await page.getByRole('button', { name: 'Give back' }).click();
  await page.getByRole('alertdialog').waitFor();
}

async function declined(page: Page): Promise<void> {
  await payWith(page, /^Declined/);
  await page.getByText(/The card was declined/).waitFor();
}

/** Pays with a card whose bank asks, unless it does so already. */
async function bankAsks(page: Page): Promise<void> {
  // So late that what it moves counts as moved by itself (https://web.dev/articles/cls).
  await page.route('**/api/checkout', async (route) => {
    await pause(700);
    await route.continue().catch(() => undefined); // the window may be closed by now
  });
  const bank = page.frameLocator('iframe[src^="/sandbox-payments/frame/challenge"]').getByRole('button');
  await page.locator('iframe').waitFor();
  if ((await page.locator('iframe[src*="/cards"]').count()) > 0) await payWith(page, /^Bank asks/);
  await bank.first().waitFor();
}

async function anotherTotal(page: Page): Promise<void> {
  const total = { amount: 99_999_999, currency: 'EUR' };
  await page.route('**/api/checkout', (route) =>
    route.fulfill({ status: 409, json: { status: 409, code: 'total_changed', total } }),
  );
  await page.reload();
  await page.getByText(/^The total is now/).waitFor();
}

async function codes(page: Page): Promise<void> {
  await page
    .getByRole('img', { name: /^Code for/ })
    .nth(3)
    .waitFor();
}

/** Refuses or replaces one answer of the server. */
function withoutApi(url: string, how: 'refused' | object, show: Sight['show']): Sight['show'] {
  return async (page) => {
    await page.route(url, (route) =>
      how === 'refused'
        ? route.fulfill({ status: 403, json: { status: 403, code: 'not_allowed' } })
        : route.fulfill({ json: how }),
    );
    await page.reload();
    await show(page);
  };
}

/** Lists of events besides the usual one. `title`: of an event that is over. */
function listSights(pastId: number, title: string): Sight[] {
  const text = (words: string | RegExp) => (page: Page) => page.getByText(words).first().waitFor();
  return [
    {
      name: 'home with a search that cannot be loaded',
      route: '/',
      path: '/?q=a',
      show: withoutApi('**/api/events?*', 'refused', text('This could not be loaded')),
    },
    {
      name: 'home with a search',
      route: '/',
      path: `/?q=${encodeURIComponent('東京国際')}&from=2026-01-01&max=9999999&currency=EUR`,
      show: text(/events found/),
    },
    {
      name: 'home with a search for nothing',
      route: '/',
      path: '/?q=nothing+of+the+kind&from=2026-03-01&to=2026-02-01&max=x',
      show: then(heading('No events found'), text(/^The last day/)),
    },
    { name: 'past events', route: '/past', path: '/past', show: heading(title) },
    {
      name: 'past event',
      route: '/events/:id',
      path: `/events/${pastId}`,
      show: text('This event is over.'),
    },
  ];
}

function endEvent({ db }: WebSystem, id: number) {
  return db('events')
    .where({ id })
    .update({ starts_at: new Date(inSeconds(-86_400)) });
}
