import type { Page } from 'playwright-core';
import { eventually } from '../../testing/eventually.ts';
import { untilStage } from './start-browser.ts';
import { inSeconds, type WebSystem } from './start-web-system.ts';
import { systemForTests, type Browser } from './system.ts';

let system: WebSystem;
let browser: Browser;
systemForTests((started) => ({ system, browser } = started));

const figure = (page: Page, name: string, value: string) =>
  page.locator(`[data-figure="${name}"] dd`).getByText(value, { exact: true }).waitFor();
const heading = (page: Page, name: string) => page.getByRole('heading', { name, exact: true }).waitFor();

/** The value of a time field in London, the zone of these browsers. */
function londonTime(at: number): string {
  const parts = new Intl.DateTimeFormat('sv-SE', {
    timeZone: 'Europe/London',
    dateStyle: 'short',
    timeStyle: 'short',
  });
  return parts.format(at).replace(' ', 'T');
}

async function fillDrop(page: Page): Promise<void> {
  await page.getByLabel('Price per seat').fill('12,50');
  await page.getByLabel('Section', { exact: true }).fill('Stalls');
  await page.getByLabel('Rows').fill('2');
  await page.getByLabel('Seats per row').fill('5');
  await page.getByLabel('Question', { exact: true }).fill('Which of these is played with a bow?');
  for (const [index, choice] of ['Cello', 'Harp', 'Drum'].entries()) {
    await page.getByRole('textbox', { name: `Choice ${index + 1}` }).fill(choice);
  }
}

test('an event and a sale are made, and sell while the organizer watches', async () => {
  const organizer = await system.person('organizer', 'Nora Nilsen');
  const context = await browser.visit({ as: organizer });
  const page = await context.newPage();
  await page.goto('/organize');
  await heading(page, 'No events yet');
  await page.getByRole('link', { name: 'New event' }).click();
  await page.getByLabel('Title').fill('Evening of Glass');
  await page.getByLabel('Venue', { exact: true }).fill('Old Foundry');
  await page.getByLabel('Begins').fill('2031-07-04T19:30');
  await page.getByText('19:30 BST (18:30 UTC)').waitFor();
  await page.getByLabel('Description').fill('Glass, played.');
  await page.getByRole('button', { name: 'Save and set up the sale' }).click();

  await heading(page, 'New sale');
  await page.getByLabel('Sale opens').fill(londonTime(Date.now()));
  await fillDrop(page);
  await page.getByText('€12.50 each · €125 if sold out').waitFor();
  await heading(page, '10 seats');
  await page.getByRole('radio', { name: 'Cello', exact: true }).waitFor();
  await page.getByRole('button', { name: 'Create sale' }).click();

  await page.getByText('On sale', { exact: true }).waitFor();
  await figure(page, 'free', '10');
  const dropId = Number(/\d+$/.exec(page.url())?.[0]);
  const [buyer, other] = [await system.person(), await system.person()];
  expect((await buyer.enter(dropId, 4)).status).toBe('held');
  await figure(page, 'held', '4');
  await buyer.pay(dropId);
  await other.enter(dropId, 2);
  await figure(page, 'sold', '4');
  await figure(page, 'held', '2');
  await figure(page, 'revenue', '€50');
  await page.getByRole('img', { name: /^Seats, now: Free 4, Held 2, Sold 4$/ }).waitFor();
  await page.getByText('4 of 10 seats free, 2 held, 4 sold.').waitFor({ state: 'attached' });

  await page.getByRole('link', { name: 'Report' }).click();
  await page.getByText('The sale is still running').waitFor();
  await page.getByText('Entries decided').waitFor();
  await page.goto('/organize');
  await page.getByText('4 of 10 sold').waitFor();
  const { items } = await organizer.ask<{ items: { startsAt: string }[] }>('GET', '/events?mine=true');
  expect(items[0]?.startsAt).toBe('2031-07-04T18:30:00.000Z');
  await context.close();
});

test('a paused sale is paused for whoever looks at it, and goes on for them when resumed', async () => {
  const dropId = await system.drop();
  const [organizers, shoppers] = [
    await browser.visit({ as: system.organizer }),
    await browser.visit({ as: await system.person() }),
  ];
  const [page, buyerPage] = [await organizers.newPage(), await shoppers.newPage()];
  await Promise.all([page.goto(`/organize/drops/${dropId}`), buyerPage.goto(`/drops/${dropId}`)]);
  await untilStage(buyerPage, 'open');
  await page.getByRole('button', { name: 'Pause' }).click();
  await page.getByRole('button', { name: 'Pause sale' }).click();
  await page.getByText('Paused', { exact: true }).waitFor();
  await untilStage(buyerPage, 'paused');
  await page.getByRole('button', { name: 'Resume' }).click();
  await untilStage(buyerPage, 'open');
  await page.getByText('On sale', { exact: true }).waitFor();
  await organizers.close();
  await shoppers.close();
});

test('an announcement is shown to all who are there, and to those who come later', async () => {
  const dropId = await system.drop();
  const [organizers, shoppers] = [
    await browser.visit({ as: system.organizer }),
    await browser.visit({ as: await system.person(), phone: true }),
  ];
  const [page, buyerPage] = [await organizers.newPage(), await shoppers.newPage()];
  await Promise.all([page.goto(`/organize/drops/${dropId}`), buyerPage.goto(`/drops/${dropId}`)]);
  await untilStage(buyerPage, 'open');
  // Both pages.
  await figure(page, 'watching', '2');
  const announce = async (
    text: string,
    audience: string | RegExp = 'About 2 open pages (this one included)',
  ) => {
    await page.getByLabel('Announcement').fill(text);
    await page.getByRole('button', { name: 'Announce' }).click();
    await page.getByText(audience).waitFor();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Announce' }).click();
    await page.getByRole('alertdialog').waitFor({ state: 'detached' });
  };
  const panel = (of: Page) => of.getByRole('region', { name: 'From the organizer' });
  await announce('Doors open at 19:00.');
  await panel(buyerPage).getByText('Doors open at 19:00.').waitFor();
  await announce('Ten minutes late.\nThe band is on its way.');
  await panel(buyerPage).getByText('The band is on its way.').waitFor();
  await page.getByText('Announced so far: 2').waitFor();

  // Buyers who were offline, and those who come later.
  const late = await shoppers.newPage();
  await late.goto(`/drops/${dropId}`);
  await panel(late).getByText('The band is on its way.').waitFor();
  await panel(late).getByText('1 earlier announcement').click();
  await panel(late).getByText('Doors open at 19:00.').waitFor();
  await shoppers.setOffline(true);
  // The number of open pages changes meanwhile: one has come, and those that are offline are lost at some time.
  await announce('Here they are.', /open pages? \(this one included\)/);
  await shoppers.setOffline(false);
  await panel(buyerPage).getByText('Here they are.').waitFor();
  await organizers.close();
  await shoppers.close();
});

test('the closing is moved, but never into the past', async () => {
  const dropId = await system.drop();
  const context = await browser.visit({ as: system.organizer });
  const page = await context.newPage();
  await page.goto(`/organize/drops/${dropId}`);
  await page.getByRole('button', { name: 'Change closing time' }).click();
  const closes = page.getByLabel('Sale closes');
  await closes.fill('2020-01-01T10:00');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('This time is in the past.').waitFor();
  await closes.fill('2031-03-30T01:30');
  await page.getByText('This time does not exist').waitFor();
  await closes.fill('2031-10-26T01:30');
  await page.getByText('The clocks go back here').waitFor();
  await page.getByRole('button', { name: '+1 day' }).click();
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Open until Mon, 27 Oct 2031, 01:30 GMT', { exact: true }).waitFor();
  const { closesAt } = await system.organizer.ask<{ closesAt: string }>('GET', `/drops/${dropId}`);
  expect(closesAt).toBe('2031-10-27T01:30:00.000Z');
  await context.close();
});

test('a cancelled sale gives the money back, once the word is typed', async () => {
  const dropId = await system.drop();
  const buyer = await system.person();
  await buyer.enter(dropId, 2);
  await buyer.pay(dropId);
  await (await system.person()).enter(dropId, 1);
  const context = await browser.visit({ as: system.organizer });
  const page = await context.newPage();
  await page.goto(`/organize/drops/${dropId}`);
  await figure(page, 'sold', '2');
  await page.getByRole('button', { name: 'Cancel sale' }).click();
  await page.getByText('1 order (€130) is refunded in full').waitFor();
  await page.getByText('1 seat is taken back from their buyers').waitFor();
  await page.getByRole('button', { name: 'Cancel and refund' }).click();
  await page.getByText('Required').waitFor();
  expect((await system.organizer.ask<{ state: string }>('GET', `/drops/${dropId}`)).state).toBe('open');
  await page.getByLabel('Type “cancel” to confirm').fill('cancel');
  await page.getByRole('button', { name: 'Cancel and refund' }).click();
  await page.getByText('Cancelled', { exact: true }).waitFor();
  await page.getByText('€130 was refunded').waitFor();
  await eventually(async () => {
    const { items } = await buyer.ask<{ items: { status: string }[] }>('GET', '/orders');
    expect(items[0]?.status).toBe('refunded');
  });
  await context.close();
});

test('ticket holders are written to and told that the event moves; then all of it is cancelled, on a phone', async () => {
  const dropId = await system.drop();
  const buyer = await system.person('shopper', 'Robin Vale');
  await buyer.enter(dropId, 2);
  const { id: orderId } = await buyer.pay(dropId);
  const { eventId } = await system.organizer.ask<{ eventId: number }>('GET', `/drops/${dropId}`);
  const context = await browser.visit({ as: system.organizer, phone: true });
  const page = await context.newPage();

  await page.goto(`/organize/orders`);
  await page.getByRole('searchbox').fill('Vale');
  await page.getByRole('link', { name: 'Robin Vale' }).click();
  await page.getByRole('button', { name: 'Send mail again' }).click();
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await page.getByText(`Sent again to ${buyer.email}.`).waitFor();
  await page.getByRole('button', { name: 'Send mail again' }).click();
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await page.getByText('The limit of such mails is reached.').waitFor();

  await page.goto(`/organize/events/${eventId}/holders`);
  await page.getByRole('button', { name: 'Preview' }).click();
  await page.getByText('Required').waitFor();
  await page.getByLabel('Message', { exact: true }).fill('Doors open at 7.\n<b>Bring a coat</b>');
  await page.getByRole('button', { name: 'Preview' }).click();
  await page.getByText('1 person gets this e-mail.').waitFor();
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await page.getByRole('alertdialog').waitFor({ state: 'detached' });
  await page.getByText('<b>Bring a coat</b>').waitFor();

  await page.goto(`/organize/events/${eventId}/edit`);
  await page.getByLabel('Venue', { exact: true }).fill('New Mill');
  await page.getByText('1 person holds tickets and gets an e-mail').waitFor();
  await page.getByLabel('Your message in the e-mail (optional)').fill('The roof leaks.');
  await page.getByRole('button', { name: 'Save' }).click();
  await heading(page, 'Your events');

  await page.goto(`/organize/events/${eventId}/holders`);
  await page.getByText('Event moved').waitFor();
  await page.getByText('The roof leaks.').waitFor();
  await page.getByRole('button', { name: 'Cancel event' }).click();
  await page.getByText('1 person loses 2 tickets and is told by e-mail').waitFor();
  await page.getByText('1 order (€130) is refunded in full').waitFor();
  await page.getByRole('button', { name: 'Cancel event and refund' }).click();
  await page.getByText('Required').waitFor();
  await page.getByLabel('Type “cancel” to confirm').fill('cancel');
  await page.getByLabel('Your message in the e-mail (optional)').fill('We are sorry.');
  await page.getByRole('button', { name: 'Cancel event and refund' }).click();
  await page.getByText('This event was cancelled.').first().waitFor();
  await page.getByText('We are sorry.').waitFor();
  await eventually(async () => {
    const { status } = await buyer.ask<{ status: string }>('GET', `/orders/${orderId}`);
    expect(status).toBe('refunded');
  });
  const told: { topic: string }[] = await system.db('outbox').orderBy('id').select('topic');
  expect(told.map(({ topic }) => topic)).toEqual(
    expect.arrayContaining(['holder-message', 'event-moved', 'event-cancelled', 'order-refunded']),
  );
  await context.close();
});

test('an order whose ticket was used is refunded only when asked for all the same, and that seat stays sold', async () => {
  const dropId = await system.drop();
  const buyer = await system.person('shopper', 'Robin Vale');
  await buyer.enter(dropId, 2);
  const { id } = await buyer.pay(dropId);
  const { eventId, seats } = await buyer.ask<{ eventId: number; seats: { ticket: string }[] }>(
    'GET',
    `/orders/${id}`,
  );
  const context = await browser.visit({ as: system.organizer });
  const page = await context.newPage();
  await page.goto(`/organize/drops/${dropId}/orders`);
  await page.getByText('Robin Vale').waitFor();
  await system.organizer.ask('POST', `/events/${eventId}/check-ins`, { code: seats[0]!.ticket });
  await page.getByText('1 ticket was used').waitFor();
  await page.getByRole('button', { name: 'Refund', exact: true }).click();
  await page.getByText('its seat stays sold').waitFor();
  await page.getByRole('button', { name: 'Refund €130 anyway' }).click();
  await page.getByText('1 seat stays sold: used before the refund').waitFor();
  expect((await buyer.entry(dropId)).status).toBe('released');
  await page.getByRole('link', { name: 'Live' }).click();
  await figure(page, 'free', '41');
  await context.close();
});

test('one order is refunded, and its seats are on sale again', async () => {
  const dropId = await system.drop();
  const buyer = await system.person('shopper', 'Kim Park');
  await buyer.enter(dropId, 2);
  await buyer.pay(dropId);
  const context = await browser.visit({ as: system.organizer });
  const page = await context.newPage();
  await page.goto(`/organize/drops/${dropId}/orders`);
  await page.getByText('Kim Park').waitFor();
  await page.getByText('Floor, row 1: 5, 6').waitFor();
  await page.getByRole('button', { name: 'Refund', exact: true }).click();
  await page.getByText('Kim Park gets €130 back.').waitFor();
  await page.getByRole('button', { name: 'Refund €130' }).click();
  await page.getByText('Refunded', { exact: true }).waitFor();
  expect((await buyer.entry(dropId)).status).toBe('released');
  await page.getByRole('link', { name: 'Live' }).click();
  await figure(page, 'free', '42');

  const download = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Orders' }).click();
  await page.getByRole('link', { name: 'Download orders (CSV)' }).click();
  expect((await download).suggestedFilename()).toBe(`drop-${dropId}-orders.csv`);
  await context.close();
});

test('what cannot be sold is refused at its field, and nothing is sent', async () => {
  const context = await browser.visit({ as: system.organizer });
  const page = await context.newPage();
  await page.goto(`/organize/events/${system.eventId}/drops/new`);
  const sent: string[] = [];
  page.on('request', (request) => request.method() === 'POST' && sent.push(request.url()));
  const create = page.getByRole('button', { name: 'Create sale' });
  await create.click();
  await page.getByText(/Fix \d+ fields/).waitFor();

  await fillDrop(page);
  await page.getByLabel('Price per seat').fill('12.505');
  await create.click();
  await page.getByText('At most 2 decimals: 65.00.').waitFor();
  await page.getByLabel('Currency').fill('Doubloon');
  await page.getByText('Choose a currency from the list.').waitFor();
  await page.getByLabel('Currency').fill('jpy');
  await page.getByText('Japanese Yen').waitFor();
  await page.getByText('This currency has no decimals: 65.').waitFor();
  await page.getByLabel('Price per seat').fill('1250');
  await page.getByText('¥1,250 each').waitFor();
  await page.getByLabel('Max. seats per buyer').fill('11');
  await page.getByLabel('Sale closes').fill(londonTime(Date.now()));
  await create.click();
  await page.getByText('At most 10.').waitFor();
  await page.getByLabel('Max. seats per buyer').fill('10');
  await create.click();
  await page.getByText('The sale must close after it opens.').waitFor();
  expect(sent).toEqual([]);

  // A fault that only the server can find is shown at its field too.
  await page.getByLabel('Sale opens').fill('2020-05-04T10:00');
  await page.getByLabel('Sale closes').fill('2031-05-04T10:00');
  await create.click();
  await page.getByText('This time is in the past.').waitFor();
  expect(await page.getByLabel('Sale opens').getAttribute('aria-invalid')).toBe('true');
  expect(sent).toHaveLength(1);
  await page.getByLabel('Sale opens').fill('2031-04-04T10:00');
  await create.click();
  await page.getByText('Opens soon', { exact: true }).waitFor();
  const dropId = /\d+$/.exec(page.url())?.[0];
  expect(await system.organizer.ask('GET', `/drops/${dropId}`)).toMatchObject({
    opensAt: '2031-04-04T09:00:00.000Z',
    price: { amount: 1250, currency: 'JPY' },
    questions: [{ choices: ['Cello', 'Harp', 'Drum'], answer: 'Cello' }],
  });
  await context.close();
});

test('seats that another sale of the event has are refused while they are typed, and at the server', async () => {
  const event = await system.announce();
  const other = await system.drop({}, event);
  const context = await browser.visit({ as: system.organizer });
  const page = await context.newPage();
  await page.goto(`/organize/events/${event}/drops/new`);
  const taken = (drop: number) => page.getByText(`Sale ${drop} of this event already sells a section`);
  const name = page.getByLabel('Section', { exact: true });
  await fillDrop(page);
  await page.getByLabel('Sale opens').fill('2031-04-04T10:00');
  await page.getByLabel('Sale closes').fill('2031-05-04T10:00');
  await name.fill('GALL');
  expect(await taken(other).count()).toBe(0);
  // While the field still has the focus.
  await name.pressSequentially('ERY');
  await taken(other).waitFor();
  const sent: string[] = [];
  page.on('request', (request) => request.method() === 'POST' && sent.push(request.url()));
  const create = page.getByRole('button', { name: 'Create sale' });
  await create.click();
  await page.getByText('Fix 1 field to continue. It is marked.').waitFor();
  expect(await name.getAttribute('aria-invalid')).toBe('true');
  expect(sent).toEqual([]);

  // Only the server knows of a drop that somebody else has created since the page was opened.
  await name.fill('Balcony');
  await taken(other).waitFor({ state: 'detached' });
  const sections = [{ name: 'balcony', rows: 1, seatsPerRow: 2 }];
  const later = await system.drop({ sections }, event);
  await create.click();
  await taken(later).waitFor();
  expect(sent).toHaveLength(1);
  await name.fill('Box');
  await create.click();
  await page.getByText('Opens soon', { exact: true }).waitFor();
  await context.close();
});

test('a sale that is not open yet is changed, and only what was touched is sent', async () => {
  const opensAt = inSeconds(86_400);
  const dropId = await system.drop({ opensAt, closesAt: inSeconds(200_000) });
  const context = await browser.visit({ as: system.organizer });
  const page = await context.newPage();
  await page.goto(`/organize/drops/${dropId}/edit`);
  await page.getByLabel('Price per seat').fill('70');
  await page.getByRole('button', { name: 'Add question' }).click();
  const second = page.getByRole('group', { name: 'Question 2' });
  // No field of the new question has been left yet, so no fault is shown.
  await second.getByLabel('Question', { exact: true }).waitFor();
  expect(await page.getByText('Required').count()).toBe(0);
  await second.getByLabel('Question', { exact: true }).fill('How many strings has a cello?');
  await second.getByText('Text', { exact: true }).click();
  expect(await second.getByRole('radio', { name: 'Text' }).isChecked()).toBe(true);
  await second.getByLabel('Correct answer').fill('4');
  const request = page.waitForRequest((each) => each.method() === 'PATCH');
  await page.getByRole('button', { name: 'Save' }).click();
  expect(Object.keys((await request).postDataJSON() as object).toSorted()).toEqual(['price', 'questions']);
  await figure(page, 'free', '42');
  expect(await system.organizer.ask('GET', `/drops/${dropId}`)).toMatchObject({
    opensAt,
    price: { amount: 7000, currency: 'EUR' },
    questions: [{ answer: 'Cello' }, { text: 'How many strings has a cello?', answer: '4' }],
  });
  await context.close();
});

test('a field that is left empty says so, and the press that left it still counts', async () => {
  const context = await browser.visit({ as: system.organizer });
  const page = await context.newPage();
  await page.goto(`/organize/events/${system.eventId}/drops/new`);
  const fault = page.getByText('Required');
  await page.getByLabel('Question', { exact: true }).focus();
  const typing = await page.getByText('Text', { exact: true }).boundingBox();
  await page.mouse.move(typing!.x + 5, typing!.y + 5);
  await page.mouse.down();
  // As long as a finger presses: the fault must not move the button away in that time.
  await page.waitForTimeout(300);
  expect(await fault.count()).toBe(0);
  await page.mouse.up();
  await page.getByLabel('Correct answer').waitFor();
  await fault.waitFor();
  await page.getByLabel('Question', { exact: true }).fill('How many strings has a cello?');
  await fault.waitFor({ state: 'detached' });
  await context.close();
});

test('unsaved work is not left by accident: not by a link, not by Back', async () => {
  const context = await browser.visit({ as: system.organizer });
  const page = await context.newPage();
  await page.goto('/organize');
  await page.getByRole('link', { name: 'Edit event' }).first().click();
  await page.getByLabel('Venue', { exact: true }).fill('Somewhere else');
  await page.getByRole('link', { name: 'Your events' }).click();
  await page.getByRole('alertdialog', { name: 'Leave without saving?' }).waitFor();
  await page.getByRole('button', { name: 'Stay' }).click();
  expect(await page.getByLabel('Venue', { exact: true }).inputValue()).toBe('Somewhere else');
  await page.evaluate(() => history.back());
  await page.getByRole('alertdialog', { name: 'Leave without saving?' }).waitFor();
  await page.getByRole('button', { name: 'Leave', exact: true }).click();
  await heading(page, 'Your events');
  expect(new URL(page.url()).pathname).toBe('/organize');
  await context.close();
});

test('a ticket lets one person in, whether typed, scanned by hand or by camera', async () => {
  const dropId = await system.drop({}, system.eventId);
  const buyer = await system.person();
  await buyer.enter(dropId, 2);
  const { id } = await buyer.pay(dropId);
  const order = await buyer.ask<{ seats: { ticket: string }[] }>('GET', `/orders/${id}`);
  const [first, second] = order.seats.map(({ ticket }) => ticket) as [string, string];
  const context = await browser.visit({ as: system.organizer });
  await context.addInitScript(fakeCamera, second);
  const page = await context.newPage();
  await page.goto(`/organize/events/${system.eventId}/check-in`);
  const shown = (kind: string) => page.locator(`section[data-result="${kind}"]`).waitFor();

  await shown('ready');
  // The event is years away.
  await page.getByRole('button', { name: 'Check tickets anyway' }).click();
  await page.getByLabel('Code, order number, name or seat').fill(first);
  await page.keyboard.press('Enter');
  await shown('let_in');
  await page.getByText('Floor, row 1, seat 5', { exact: true }).waitFor();
  await page.getByText(/^1 let in/).waitFor();
  // A hand scanner types wherever the focus is.
  await page.getByRole('heading', { name: 'Check-in' }).click();
  await page.keyboard.type(first);
  await page.keyboard.press('Enter');
  await shown('again');
  await page.keyboard.type('nonsense');
  await page.keyboard.press('Enter');
  await shown('invalid');
  await page.getByRole('button', { name: 'Use the camera' }).click();
  await shown('let_in');
  await page.getByRole('button', { name: 'Stop the camera' }).click();

  await system.organizer.ask('POST', `/orders/${id}/refund`, { force: true });
  await page.getByLabel('Code, order number, name or seat').fill(second);
  await page.keyboard.press('Enter');
  await shown('refunded');
  expect(await page.getByRole('list').getByText('Let in', { exact: true }).count()).toBe(2);
  await context.close();
});

/** Runs in the page: replaces the camera by one that sees a single code. */
function fakeCamera(code: string): void {
  Object.assign(globalThis, {
    BarcodeDetector: class {
      static getSupportedFormats(): Promise<string[]> {
        return Promise.resolve(['qr_code']);
      }

      detect = () => Promise.resolve([{ rawValue: code }]);
    },
  });
  Object.defineProperty(navigator, 'mediaDevices', {
    value: { getUserMedia: () => Promise.resolve(document.createElement('canvas').captureStream(1)) },
  });
}

test('the pages are for those who run sales, each for their own', async () => {
  const dropId = await system.drop();
  const nobody = await browser.visit();
  const page = await nobody.newPage();
  await page.goto(`/organize/drops/${dropId}`);
  await heading(page, 'Sign in');
  expect(new URL(page.url()).searchParams.get('next')).toBe(`/organize/drops/${dropId}`);
  await nobody.close();

  const shopper = await browser.visit({ as: await system.person() });
  const buyerPage = await shopper.newPage();
  await buyerPage.goto('/organize');
  await heading(buyerPage, 'No access');
  await buyerPage.goto('/admin/users');
  await heading(buyerPage, 'No access');
  await shopper.close();

  const other = await browser.visit({ as: await system.person('organizer') });
  const foreign = await other.newPage();
  await foreign.goto(`/organize/drops/${dropId}`);
  await foreign.getByText('This belongs to another organizer.').waitFor();
  await foreign.goto('/admin/health');
  await heading(foreign, 'No access');
  await other.close();
});
