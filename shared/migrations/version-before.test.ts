/**
 * While a new version is rolled out, processes of the previous one work on the new schema, since migrations run first.
 * So no migration may remove what the previous code uses, or require what it does not write.
 */
import type { Database } from '../mysql/connect.ts';
import { createEmptyDatabase, type TestDatabase } from '../../testing/database.ts';
import { incompatibilities, readSchema } from '../../testing/schema.ts';
import { migrate, migrateOnce } from './index.ts';

/**
 * Exceptions by migration: the reported text, word for word, and the reason; for example that nothing has read or
 * written the removed column since version 1.4.
 */
const allowed: Record<string, Record<string, string>> = {};

let database: TestDatabase;
let db: Database;

beforeEach(async () => {
  database = await createEmptyDatabase();
  ({ db } = database);
});
afterEach(() => database.drop());

test('each migration leaves all that was there as it was, or wider', async () => {
  const found: Record<string, string[]> = {};
  const seen: string[] = [];
  let before = await readSchema(db);
  for (;;) {
    const run = await migrateOnce(db);
    if (run === undefined) break;
    seen.push(run);
    const after = await readSchema(db);
    const unexpected = incompatibilities(before, after).filter((what) => !allowed[run]?.[what]);
    if (unexpected.length > 0) found[run] = unexpected;
    before = after;
  }
  expect(found).toEqual({});
  expect(seen.length).toBeGreaterThan(9);
  expect(seen).toEqual(seen.toSorted());
  expect(seen).toEqual(expect.arrayContaining(Object.keys(allowed)));
  expect(await migrate(db)).toEqual([]);
});

test('the version before can be deployed again: what it does not know of the schema, it leaves alone', async () => {
  await migrate(db);
  await db('knex_migrations').insert({
    name: '999-of-a-later-version',
    batch: 2,
    migration_time: new Date(),
  });
  expect(await migrate(db)).toEqual([]);
});

describe('what such a change would be', () => {
  beforeEach(async () => {
    await db.raw('create table others (id int unsigned primary key)');
    await db.raw(`create table things (
      id int unsigned auto_increment primary key,
      code varchar(10) character set ascii not null,
      kind enum('a','b') not null default 'a',
      amount int unsigned not null,
      note varchar(20) null,
      other int unsigned null,
      at datetime(3) not null default current_timestamp(3),
      unique things_code (code),
      constraint things_other foreign key (other) references others (id)
    )`);
  });

  test.each([
    ['drop table things', ['things: the table is gone']],
    ['rename table things to goods', ['things: the table is gone']],
    ['alter table things drop column note', ['things: note is gone']],
    ['alter table things rename column note to notes', ['things: note is gone']],
    ['alter table things modify note varchar(19) null', ['things: note was varchar(20), and is varchar(19)']],
    [
      'alter table things modify amount smallint unsigned not null',
      ['things: amount was int(10) unsigned, and is smallint(5) unsigned'],
    ],
    [
      'alter table things modify amount int not null',
      ['things: amount was int(10) unsigned, and is int(11)'],
    ],
    [
      'alter table things modify at datetime not null default current_timestamp()',
      [
        'things: at was datetime(3), and is datetime',
        'things: at was current_timestamp(3) where nobody said, and is current_timestamp()',
      ],
    ],
    [
      "alter table things modify kind enum('a') not null default 'a'",
      ["things: kind was enum('a','b'), and is enum('a')"],
    ],
    [
      "alter table things modify note varchar(20) not null default ''",
      ['things: note may not be null any more', "things: note was NULL where nobody said, and is ''"],
    ],
    [
      'alter table things modify amount int unsigned null',
      ['things: amount may be null, which nobody expects'],
    ],
    [
      "alter table things modify kind enum('a','b') not null",
      ["things: kind was 'a' where nobody said, and is to be given"],
    ],
    [
      'alter table things modify code varchar(10) character set utf8mb4 collate utf8mb4_bin not null',
      ['things: code was in ascii_general_ci, and is in utf8mb4_bin'],
    ],
    ['alter table things modify id int unsigned', ["things: id was 'auto_increment', and is ''"]],
    ['alter table things add size int not null', ['things: size is new, and has to be given']],
    [
      'alter table things add unique things_amount (amount, code)',
      ['things: amount, code must be unique now (things_amount)'],
    ],
    ['alter table things add size int not null default 1 unique', ['things: size must be unique now (size)']],
    ['alter table things drop index things_code', ['things: code need not be unique any more (things_code)']],
    [
      'alter table things add constraint things_amount foreign key (amount) references others (id)',
      ['things: amount must refer to something now (things_amount)'],
    ],
    ['alter table things add constraint some check (amount > 0)', ['things: there is a new check (some)']],
    [
      'create trigger things_new before insert on things for each row set new.amount = 1',
      ['things: there is a new trigger (things_new)'],
    ],
  ])('%s', async (sql, expected) => {
    const before = await readSchema(db);
    await db.raw(sql);
    expect(incompatibilities(before, await readSchema(db))).toEqual(expected);
  });

  test.each([
    'create table more (id int not null primary key, thing int unsigned references things (id))',
    'alter table things add size int null',
    'alter table things add size int not null default 0',
    'alter table things add size int null unique',
    'alter table things add size json null',
    'alter table things add half int unsigned as (amount / 2)',
    'alter table things add thing int unsigned null references others (id)',
    'alter table things add index things_at (at, id)',
    'alter table things modify note varchar(40) null',
    'alter table things modify note text null',
    'alter table things modify amount bigint unsigned not null',
    "alter table things modify kind enum('a','b','c') not null default 'a'",
    'alter table things modify at datetime(6) not null default current_timestamp(3)',
    'alter table things modify amount int unsigned not null default 0',
    'alter table things drop foreign key things_other',
  ])('%s is none', async (sql) => {
    const before = await readSchema(db);
    await db.raw(sql);
    expect(incompatibilities(before, await readSchema(db))).toEqual([]);
  });
});
