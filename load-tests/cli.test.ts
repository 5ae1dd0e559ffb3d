import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { benchCommand } from './bench/options.ts';
import { capacityCommand } from './commands/capacity/options.ts';
import { BadOption, defineCommand, type Command } from './cli.ts';
import { drills } from './commands/drill/drills.ts';
import { argsOf as argsOfDrill, describeDrills, drillCommand } from './commands/drill/options.ts';
import { fuzzCommand } from './commands/fuzz-api/options.ts';
import { buyersCommand } from './commands/buyers/options.ts';
import { buyersNeeded, loadCommand } from './commands/load/options.ts';
import { overloadCommand } from './commands/overload/options.ts';
import { argsOf as argsOfRolling, rollingCommand } from './commands/rolling/options.ts';
import { rushCommand } from './commands/rush/options.ts';

const commands: Record<string, Command<unknown>> = {
  rush: rushCommand,
  drill: drillCommand,
  rolling: rollingCommand,
  overload: overloadCommand,
  load: loadCommand,
  buyers: buyersCommand,
  capacity: capacityCommand,
  bench: benchCommand,
  'fuzz-api': fuzzCommand,
};

/** Reads options from arguments without --help. */
function read<Options>(command: Command<Options>, ...args: string[]): Options {
  const options = command.read(args);
  if (options === 'help') throw new Error('unexpected --help');
  return options;
}

test.each<[command: string, args: string[], named: string]>([
  ['rush', ['--buyers', 'x'], "--buyers must be a whole number from 1 to 200000, not 'x'"],
  ['rush', ['--buyers', '0'], '--buyers'],
  ['rush', ['--buyers', '1.5'], '--buyers'],
  ['rush', ['--buyers', '1e3'], '--buyers'],
  ['rush', ['--buyers'], '--buyers'],
  ['rush', ['--hold', '4'], '--hold'],
  ['rush', ['--quantity', '11'], '--quantity'],
  ['rush', ['--lapse', '101'], "--lapse must be a number from 0 to 100, not '101'"],
  ['rush', ['--lapse', '-1'], '--lapse'],
  ['rush', ['--lapse', '90', '--leave', '20'], 'over 100 %'],
  ['rush', ['--partitions', '4', '--seats', '3'], '--partitions 4 is more than --seats 3'],
  ['rush', ['--url', '127.0.0.1:8080'], '--url'],
  ['rush', ['--nope'], '--nope'],
  ['rush', ['5000'], '5000'],
  ['drill', ['--only', 'nothing'], 'nothing'],
  ['drill', ['--only', 'clock-off,'], '--only'],
  ['drill', ['--minutes', '0'], '--minutes'],
  ['drill', ['--minutes', '1e3'], '--minutes'],
  ['drill', ['--seed', '-1'], '--seed'],
  ['drill', ['--buyers', '1.5'], '--buyers'],
  ['drill', ['--replica-acks', '2'], '--replica-acks'],
  ['drill', ['--nope'], '--nope'],
  ['drill', ['clock-off'], 'clock-off'],
  ['rolling', ['--rate', '0'], '--rate'],
  ['rolling', ['--rate', '101'], '--rate'],
  ['rolling', ['--rounds', '21'], '--rounds'],
  ['rolling', ['--rounds', '1.5'], '--rounds'],
  ['rolling', ['--processes', '0'], '--processes'],
  ['rolling', ['--seed', '-1'], '--seed'],
  ['rolling', ['--nope'], '--nope'],
  ['rolling', ['rolling'], 'rolling'],
  ['overload', ['--minutes', '0'], '--minutes'],
  ['overload', ['--connections', '1.5'], '--connections'],
  ['overload', ['--depth', '101'], '--depth'],
  ['overload', ['--nope'], '--nope'],
  ['load', [], 'entries, sockets, journey'],
  ['load', ['nothing'], "'nothing'"],
  ['load', ['entries', 'journey'], 'journey'],
  ['load', ['entries', '--set', 'RATE'], "'RATE'"],
  ['load', ['entries', '--set', 'rate=5'], "'rate=5'"],
  ['load', ['entries', '--set', 'DROP=5'], '--set BUYERS'],
  ['load', ['entries', '--set', 'BASE_URL=http://x'], '--set DROP'],
  ['load', ['entries', '--seats', '0'], '--seats'],
  ['load', ['entries', '--hold', '4'], '--hold'],
  ['load', ['entries', '--nope'], '--nope'],
  ['buyers', ['--out', 'x'], '--count must be a whole number from 1 to 1000000, and is missing'],
  ['buyers', ['--count', '0', '--out', 'x'], '--count'],
  ['buyers', ['--count', '1e3', '--out', 'x'], '--count'],
  ['buyers', ['--count', '1000001', '--out', 'x'], '--count'],
  ['buyers', ['--count', '5'], '--out must name a file'],
  ['buyers', ['--count', '5', '--out', ''], '--out must name a file'],
  ['buyers', ['--count', '5', '--out', 'x', '--drop', 'y'], '--drop'],
  ['buyers', ['--count', '5', '--out', 'x', '--nope'], '--nope'],
  ['capacity', ['--buyers', 'many'], '--buyers'],
  ['capacity', ['--seats', '0'], '--seats'],
  ['capacity', ['--usable', '101'], '--usable'],
  ['capacity', ['--speed', '9'], '--speed'],
  ['capacity', ['now'], 'now'],
  ['bench', [], 'which one?'],
  ['bench', ['nothing'], "no 'nothing'"],
  ['bench', ['accept', 'decide'], 'accept decide'],
  ['bench', ['accept', '--rounds', '0'], '--rounds'],
  ['bench', ['accept', '--seconds', 'long'], 'long'],
  ['bench', ['accept', '--speed'], '--speed'],
  ['fuzz-api', ['--seconds', '0'], '--seconds'],
  ['fuzz-api', ['--seed', '10000000000'], '--seed'],
])('a bad option is named: %s %j', (command, args, named) => {
  const parse = () => commands[command]?.read(args);
  expect(parse).toThrow(BadOption);
  expect(parse).toThrow(named);
});

test.each(Object.entries(commands))('the help of %s lists every option', (name, command) => {
  expect(command.read(['--help'])).toBe('help');
  expect(command.help).toMatch(new RegExp(`^npm run ${name} -- .*\\[options\\]`));
  expect(command.help).toMatch(/^ {2}--help +this text$/m);
});

test('the help says range and default, and what is required', () => {
  expect(rushCommand.read(['--help', '--buyers', '50'])).toBe('help');
  expect(rushCommand.help).toMatch(/^ {2}--buyers N +buyers \(1 to 200000, default 2000\)$/m);
  expect(rushCommand.help).toMatch(/^ {2}--json +the summary as JSON on standard output$/m);
  expect(buyersCommand.help).toMatch(/^npm run buyers -- --count N --out FILE \[options\]$/m);
  expect(loadCommand.help).toMatch(
    /^npm run load -- entries\|sockets\|journey \[options\] \[-- options of k6\]$/m,
  );
  for (const name of [
    'accept',
    'decide',
    'connect',
    'fanout',
    'outcome',
    'checkout',
    'edge',
    'isolation',
    'scale',
  ])
    expect(benchCommand.help).toContain(`\n  ${name} `);
});

test('a command without choices takes one argument', () => {
  const command = defineCommand({
    name: 'show',
    about: 'Shows a file.',
    argument: { name: 'FILE' },
    options: {},
    read: ({ argument }) => argument,
  });
  expect(read(command, 'a.json')).toBe('a.json');
  expect(() => read(command)).toThrow('give one FILE');
  expect(() => read(command, 'a', 'b')).toThrow("not 'a b'");
});

test('rush: what is not given follows from the number of buyers', () => {
  expect(read(rushCommand)).toMatchObject({ buyers: 2000, seats: 400, standby: 200, partitions: 1 });
  expect(read(rushCommand, '--buyers', '50', '--seats', '7')).toMatchObject({
    buyers: 50,
    seats: 7,
    standby: 5,
  });
  expect(read(rushCommand, '--seed', '42').seed).toBe(42);
  expect(read(rushCommand).seed).not.toBe(read(rushCommand).seed);
});

test('drill: without options every drill runs', () => {
  expect(read(drillCommand)).toMatchObject({ chosen: drills, list: false, minutes: 2, replicaAcks: 1 });
  expect(read(drillCommand, '--only', 'clock-off,rabbitmq-killed', '--seed', '7')).toMatchObject({
    chosen: [{ name: 'clock-off' }, { name: 'rabbitmq-killed' }],
    seed: 7,
  });
  expect(drillCommand.read(['--help', '--list'])).toBe('help');
  expect(read(drillCommand, '--list').list).toBe(true);
});

test('drill: the arguments that a report names make the same choices again', () => {
  const options = read(drillCommand, '--only', 'clock-off,short', '--minutes', '0.5', '--replica-acks', '0');
  expect(options).toMatchObject({ chosen: [{ name: 'clock-off' }, { name: 'short' }] });
  expect(read(drillCommand, ...argsOfDrill(options).split(' '))).toEqual(options);
});

test('drill: the list names every drill', () => {
  for (const { name, about } of drills)
    expect(describeDrills()).toMatch(new RegExp(`^ *${name} +${about}$`, 'm'));
});

test('rolling: without options it takes a minute or two', () => {
  expect(read(rollingCommand)).toMatchObject({ rate: 10, rounds: 3, processes: 2 });
  const options = read(rollingCommand, '--rate', '5', '--rounds', '1', '--processes', '1', '--seed', '7');
  expect(options).toEqual({ rate: 5, rounds: 1, processes: 1, seed: 7 });
  expect(read(rollingCommand, ...argsOfRolling(options).split(' '))).toEqual(options);
});

test('overload: without options it takes ten minutes', () => {
  expect(read(overloadCommand)).toEqual({ minutes: 10, connections: 1_500, depth: 16 });
  expect(read(overloadCommand, '--minutes', '0.5', '--connections', '3', '--depth', '1')).toEqual({
    minutes: 0.5,
    connections: 3,
    depth: 1,
  });
});

test('load: settings are passed to the script, and what follows -- to k6', () => {
  expect(read(loadCommand, 'journey', '--set', 'RATE=2', '--set', 'X=a=b', '--', '--vus', '3')).toEqual({
    script: 'journey',
    env: { RATE: '2', X: 'a=b' },
    seats: undefined,
    standby: undefined,
    holdSeconds: 15,
    free: false,
    k6Args: ['--vus', '3'],
  });
  expect(read(loadCommand, 'journey', '--free')).toMatchObject({ free: true });
});

test('load: there are as many buyers as the scripts ask for', () => {
  expect(buyersNeeded('entries', { RATE: '20', DURATION: '1.5m' })).toBe(1801);
  expect(buyersNeeded('sockets', { CONNECTIONS: '5000' })).toBe(5000);
  expect(buyersNeeded('journey', {})).toBe(151);
  expect(() => buyersNeeded('entries', { RATE: 'fast' })).toThrow('--set RATE');
});

test('buyers: what is given is read', () => {
  expect(read(buyersCommand, '--count', '5', '--out', 'x', '--drop', '7', '--yes-in-production')).toEqual({
    count: 5,
    out: 'x',
    dropId: 7,
    yesInProduction: true,
  });
  expect(read(buyersCommand, '--count', '5', '--out', 'x')).toMatchObject({ yesInProduction: false });
});

test('capacity: half as many places in standby as seats', () => {
  expect(read(capacityCommand, '--seats', '500')).toMatchObject({
    dropSize: { seats: 500, standby: 250, buyers: 100_000 },
  });
});

test('bench: what is asked for is read', () => {
  expect(read(benchCommand, 'accept')).toEqual({
    name: 'accept',
    plan: { rounds: 3, seconds: 5, profile: false },
  });
  expect(read(benchCommand, 'decide', '--rounds', '5', '--profile')).toMatchObject({
    name: 'decide',
    plan: { rounds: 5, profile: true },
  });
});

test('fuzz-api: a minute for each role', () => {
  expect(read(fuzzCommand)).toEqual({ seconds: 60, seed: 1 });
});

const run = (...args: string[]) =>
  spawnSync(process.execPath, ['load-tests/commands/capacity.ts', ...args], {
    cwd: resolve(import.meta.dirname, '..'),
    encoding: 'utf8',
  });

test('a command that ran exits with 0, one with a bad option with 2 and without output', () => {
  expect(run('--seats', '500')).toMatchObject({ status: 0, stdout: expect.stringContaining('500 seats') });
  expect(run('--help')).toMatchObject({ status: 0, stdout: capacityCommand.help });
  const bad = run('--seats', '0');
  expect(bad).toMatchObject({ status: 2, stdout: '' });
  expect(bad.stderr).toContain('--seats');
  expect(bad.stderr).toContain('npm run capacity -- --help');
});
