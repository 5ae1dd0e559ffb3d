import { isTransient } from './transient.ts';

const reply = (message: string) => Object.assign(new Error(message), { name: 'ReplyError' });

test('what a failover, a full server or a lost connection says passes', () => {
  const passing = [
    reply('CLUSTERDOWN The cluster is down'),
    reply('MOVED 1234 127.0.0.1:7001'),
    reply('TRYAGAIN Multiple keys request during rehashing of slot'),
    reply('LOADING Redis is loading the dataset in memory'),
    reply("OOM command not allowed when used memory > 'maxmemory'. script: 1, on @user_script:1."),
    reply(
      'MISCONF Redis is configured to save RDB snapshots, but it is currently unable to persist to disk.',
    ),
    reply('READONLY You can’t write against a read only replica.'),
    reply('NOREPLICAS Not enough good replicas to write.'),
    new Error('Connection is closed.'),
    Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }),
    Object.assign(new Error('Failed to refresh slots cache.'), { name: 'ClusterAllFailedError' }),
  ];
  expect(passing.filter((error) => !isTransient(error))).toEqual([]);
});

test('what a script says by itself, and a fault of our own code, does not', () => {
  const lasting = [
    reply('ERR user_script:99: inventory: counters and rows disagree'),
    reply('WRONGTYPE Operation against a key holding the wrong kind of value'),
    reply('ERR OOM is only mentioned'),
    new TypeError('undefined is not a function'),
    new RangeError('no seat 9.9'),
    Object.assign(new Error('claim.lua gave an unexpected reply'), { name: 'UnexpectedReply' }),
    'a string',
    undefined,
  ];
  expect(lasting.filter((error) => isTransient(error))).toEqual([]);
});
