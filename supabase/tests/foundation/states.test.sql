-- A state is stored as text, and a check constraint of its table lists the states
-- (docs/decisions/schema.md). A column that a charge writes is an enum instead, because an enum
-- needs no check constraint. PostgreSQL parses a table's check constraints for each statement,
-- which would slow every charge. The level of a consent is an enum, too, because its values have an
-- order.

begin;
select plan(4);

create view pg_temp.unchecked_states as
select format('%s.%s', c.relname, a.attname) as title
from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0
where c.relnamespace = 'farthing'::regnamespace and c.relkind in ('r', 'p')
  and a.attname in ('state', 'status') and a.atttypid <> 'farthing.final_status'::regtype
  and (a.atttypid <> 'text'::regtype or not exists (select from pg_constraint k
    where k.conrelid = c.oid and k.contype = 'c' and a.attnum = any (k.conkey)
      and k.conname = c.relname || '_states'));

create view pg_temp.enums as
select typname::text as name from pg_type
where typnamespace = 'farthing'::regnamespace and typtype = 'e';

select set_eq('select * from pg_temp.unchecked_states',
  array['disputes.status', 'payouts.status', 'unknown_states.state'],
  'every state except for Stripe''s own is text with a check that names the states');
select set_eq('select * from pg_temp.enums', array['account_kind', 'direction', 'entry_kind', 'lot_source',
  'system_account', 'usage_origin', 'ai_consent'],
  'enums are in columns that a charge writes, and in the level of a consent, which has an order');

-- The rule finds a violation.
create type farthing.mood as enum ('good', 'bad');
create table farthing.offender (state farthing.mood, status text check (status in ('a', 'b')));
select set_eq('select * from pg_temp.unchecked_states where title ~ ''^offender''',
  array['offender.state', 'offender.status'], 'the rule finds states of another kind');
select is((select count(*)::int from pg_temp.enums where name = 'mood'), 1, 'the rule finds another enum');

select * from finish();
rollback;
