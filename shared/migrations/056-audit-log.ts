import type { Knex } from 'knex';

/**
 * Acts of staff (docs/decisions/044). Rows refer to no other table: they stay when what they are about is gone, and
 * writing one locks nothing else. Each index ends with the time, by which lists are ordered; the primary key follows it.
 */
export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('audit_log', (table) => {
    table.bigIncrements('id');
    table.datetime('acted_at', { precision: 3 }).notNullable();
    table.integer('actor_id').unsigned().notNullable().comment('a user');
    table.string('actor_role', 20).notNullable().comment('at that time');
    table.string('act', 40).notNullable();
    table.string('subject_kind', 20).notNullable();
    table.string('subject_id', 40).notNullable();
    table.json('was').nullable().comment('fields that changed, before; null: there was nothing');
    table.json('became').nullable().comment('the same fields, after');
    table.string('address', 64).notNullable().comment('client: IPv4 address, or /64 of an IPv6 address');
    table.string('request_id', 64).notNullable();
    table.index(['acted_at'], 'audit_log_by_time');
    table.index(['actor_id', 'acted_at'], 'audit_log_of_actor');
    table.index(['act', 'acted_at'], 'audit_log_of_act');
    table.index(['subject_kind', 'subject_id', 'acted_at'], 'audit_log_of_subject');
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('audit_log');
}
