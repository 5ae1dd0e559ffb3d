import { createAcks } from './acks.ts';

function acks() {
  const sent: string[] = [];
  const timers = new Set<() => void>();
  const startTimer = (callback: () => void) => {
    timers.add(callback);
    return () => timers.delete(callback);
  };
  const created = createAcks({ send: (packet) => sent.push(packet), startTimer, timeoutMs: 1_000 });
  return { ...created, sent, timers };
}

test('an acknowledgement resolves the event that has its number, in any order', async () => {
  const { emit, receive, sent, timers } = acks();
  const [first, second] = [emit('watch', { drop: 1 }), emit('leave', { drop: 2 })];
  expect(sent).toEqual(['421["watch",{"drop":1}]', '422["leave",{"drop":2}]']);
  receive('432[{"ok":false}]');
  receive('431[{"ok":true}]');
  receive('437["of nothing that was sent"]');
  expect(await Promise.all([first, second])).toEqual([{ ok: true }, { ok: false }]);
  expect(timers.size).toBe(0);
});

test('without an acknowledgement an event is rejected in time, or when the connection ends, and once', async () => {
  const { emit, receive, fail, timers } = acks();
  const late = emit('watch', {});
  for (const callback of timers) callback();
  await expect(late).rejects.toThrow('watch was not answered');
  receive('431[{"ok":true}]');

  const lost = emit('leave', {});
  fail(new Error('the socket was closed'));
  await expect(lost).rejects.toThrow('the socket was closed');
  expect(timers.size).toBe(0);
});
