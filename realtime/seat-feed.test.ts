import {
  createRealtimeSystem,
  next,
  watch,
  type Process,
  type RealtimeSystem,
  type TestSocket,
} from '../testing/realtime/realtime-system.ts';
import type { SeatNews } from '../shared/messages/realtime-events.ts';

let system: RealtimeSystem;
let process: Process;
beforeAll(async () => {
  system = await createRealtimeSystem();
  process = await system.process();
});
afterAll(() => system.stop());

const watchSeats = async (socket: TestSocket, dropId: number) => {
  const answer = await socket.emitWithAck('drop:watch', { dropId, seats: true });
  if (!answer.ok || !answer.seats) throw new Error(JSON.stringify(answer));
  return answer.seats;
};

test('who asks for seats gets all of them, then the rows that change; others get neither', async () => {
  const drop = await system.drop(4);
  const [drawing, other] = [system.connect(process), system.connect(process)];
  const strays: SeatNews[] = [];
  other.on('drop:seats', (news) => strays.push(news));
  expect(await watch(other, drop)).not.toHaveProperty('seats');
  expect(await watchSeats(drawing, drop.id)).toEqual(['....']);

  const changed = next(drawing, 'drop:seats');
  const told = next(other, 'drop:state', ({ held }) => held === 1);
  await system.claim(drop, await system.user());
  expect(await changed).toEqual({ dropId: drop.id, rows: [[0, '.h..']] });
  await told;
  expect(strays).toEqual([]);
});

test('seats that change hands while all counts stay the same are told too', async () => {
  const drop = await system.drop(4);
  const ann = await system.user();
  await system.claim(drop, ann);
  const socket = system.connect(process);
  expect(await watchSeats(socket, drop.id)).toEqual(['.h..']);
  const changed = next(socket, 'drop:seats', ({ rows }) => rows[0]?.[1] === '..h.');
  await system.claim(drop, await system.user());
  await system.inventory.leave({ dropId: drop.id, partition: 0 }, ann.userId);
  expect((await changed).rows).toEqual([[0, '..h.']]);
});

test('a drop that is not on sale yet is drawn with all its seats free', async () => {
  const drop = await system.drop(3);
  const [copied] = await system.db.raw(
    `insert into drops (event_id, opens_at, closes_at, price_amount, price_currency, hold_seconds, max_per_buyer,
       standby_limit, partitions, sections, capacity)
     select event_id, opens_at, closes_at, price_amount, price_currency, hold_seconds, max_per_buyer,
       standby_limit, partitions, '[{"name":"A","rows":2,"seatsPerRow":3}]', 6 from drops where id = ?`,
    [drop.id],
  );
  const { insertId } = copied as { insertId: number };
  expect(await watchSeats(system.connect(process), insertId)).toEqual(['...', '...']);
});

test('whenever somebody comes, what they were told adds up to what is true', async () => {
  const drop = await system.drop(60);
  const users = await Promise.all(Array.from({ length: 60 }, () => system.user()));
  const maps: string[][] = [];
  const follow = async () => {
    const socket = system.connect(process);
    const early: SeatNews[] = [];
    let map: string[] | undefined;
    const apply = ({ rows }: SeatNews) => {
      for (const [index, seats] of rows) map![index] = seats;
    };
    socket.on('drop:seats', (news) => (map ? apply(news) : early.push(news)));
    // Not awaited: the next message may arrive before a promise continues.
    await new Promise<void>((resolve) => {
      socket.emit('drop:watch', { dropId: drop.id, seats: true }, (answer) => {
        map = answer.ok ? answer.seats : undefined;
        resolve();
      });
    });
    // Changes start from the map in the answer: no event comes before it.
    expect(early).toEqual([]);
    maps.push(map!);
  };
  const coming: Promise<void>[] = [];
  for (const [index, user] of users.entries()) {
    await system.claim(drop, user);
    if (index % 3 === 0) coming.push(follow());
    const leaver = users[index - 5];
    if (index % 4 === 0 && leaver) {
      await system.inventory.leave({ dropId: drop.id, partition: 0 }, leaver.userId);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await Promise.all(coming);
  const truth = await system.inventory.seatMap(drop);
  const until = Date.now() + 5_000;
  const allTrue = () => maps.every((map) => map.join() === truth.join());
  while (!allTrue() && Date.now() < until) await new Promise((resolve) => setTimeout(resolve, 50));
  expect(maps).toHaveLength(20);
  for (const map of maps) expect(map).toEqual(truth);
});

test('no seats are told after drop:unwatch', async () => {
  const drop = await system.drop(4);
  const [gone, stays] = [system.connect(process), system.connect(process)];
  await watchSeats(gone, drop.id);
  await watchSeats(stays, drop.id);
  const strays: SeatNews[] = [];
  gone.on('drop:seats', (news) => strays.push(news));
  await gone.emitWithAck('drop:unwatch', { dropId: drop.id });
  const changed = next(stays, 'drop:seats');
  await system.claim(drop, await system.user());
  await changed;
  expect(strays).toEqual([]);
});

test('whether seats are wanted is yes or no', async () => {
  const drop = await system.drop(4);
  const socket = system.connect(process) as unknown as {
    emitWithAck: (...args: unknown[]) => Promise<unknown>;
  };
  for (const seats of [1, 'true', null, {}]) {
    expect(await socket.emitWithAck('drop:watch', { dropId: drop.id, seats })).toEqual({
      ok: false,
      code: 'invalid_request',
    });
  }
});
