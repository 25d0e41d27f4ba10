-- Append-only tables: no role can change or delete a written row.

begin;
\ir ../helpers/all_tests.psql
select * from no_plan(); -- One test per table and view.

-- Makes a row in each table that this file tests.
select isnt(tests.give('ann', '10'), null, 'ann has 10 credits');
select isnt(holds_settle(tests.hold('ann', '10'), '15', p_now => tests.after()), null, 'ann owes 5 credits');
select isnt(tests.give('ann', '10'), null, 'ann''s new credits pay the debt');
select isnt(usage_charge(tests.person('ann'), '{"event_id": "e", "model": "gpt-4o", "input_tokens": 1}'),
  null, 'ann uses a model');
select isnt(credits_debit(tests.person('ann'), '1', 'x', p_reference_id => 'invoice', p_once => true), null,
  'ann pays an invoice once');
select isnt(farthing.seal(), 0, 'all entries are sealed');

create temporary table attempt as
select verb, name, replace(replace(sql, '%t', 'farthing.' || name), '%c', col) as sql
from (values ('update', 'update %t set %c = %c'), ('delete', 'delete from %t'), ('truncate', 'truncate %t'),
    ('truncate cascade', 'truncate %t cascade')) v (verb, sql),
  (values ('entries', 'amount'), ('debt_payments', 'amount'), ('entry_seals', 'hash'), ('usage_events',
  'event_id'), ('used_references', 'reference_id'))
    t (name, col);

-- Even the role that owns the tables can't change or delete a row. This is true even with
-- session_replication_role replica, under which most triggers do not fire.
select is(tests.code_for('none', null, sql), '23001', format('%s of %s is refused to the owner', verb, name))
from attempt order by name, verb;
set local session_replication_role = replica;
select is(tests.code_for('none', null, sql), '23001', format('%s of %s is refused to a replica', verb, name))
from attempt order by name, verb;
set local session_replication_role = origin;

-- All other roles lack the privilege.
select is(tests.code_for(role, 'ann', sql), '42501', format('%s of %s is denied to %s', verb, name, role))
from attempt, unnest(array['service_role', 'authenticated', 'anon']) role order by role, name, verb;
select is(tests.code_for(role, 'ann', format('insert into farthing.%I default values', name)), '42501',
  format('insert into %s is denied to %s', name, role))
from (select c.relname as name from pg_class c where c.relnamespace = 'farthing'::regnamespace and c.relkind
  = 'r') t, unnest(array['service_role', 'authenticated', 'anon']) role
-- A user may insert a consent, so this case is left out.
where (name, role) <> ('ai_consents', 'authenticated') order by role, name;
select isnt(tests.code_for('authenticated', 'ann', format('insert into public.%I default values', name)),
  'ok', format('inserting into the view %s is denied', name))
from (select c.relname as name from pg_class c
  where c.relnamespace = 'farthing_public'::regnamespace and c.relkind
  = 'v') t
order by name;

-- A payment of debt must have a positive amount. A row that undoes an earlier payment of debt must
-- have a negative amount.
select tests.fails_with(format('insert into farthing.debt_payments (account_id, lot_id, amount, undoes)
  values (1, gen_random_uuid(), %s, %s)', amount, undoes), '23514', null,
    format('a payment of %s that undoes '
  '%s is refused', amount, undoes))
from (values (0, 'null'), (-1, 'null'), (0, '1'), (1, '1')) v (amount, undoes);

-- Rows that may be updated still can't be deleted.
select tests.fails_with('delete from farthing.accounts', '23001', null, 'an account cannot be deleted');
select tests.fails_with('truncate farthing.accounts cascade', '23001', null, 'accounts cannot be truncated');
select tests.fails_with('delete from farthing.lots', '23001', null, 'a lot cannot be deleted');
select tests.fails_with('truncate farthing.lots cascade', '23001', null, 'lots cannot be truncated');
select is((select count(*) from farthing.entries), 6::bigint, 'all entries are still there');

-- The triggers that check changes of state must fire in every session, even with
-- session_replication_role replica. The proof reports such a trigger if it is disabled.
select is_empty($$ select c.relname, t.tgname from pg_trigger t join pg_class c on c.oid = t.tgrelid
  join pg_proc p on p.oid = t.tgfoid where c.relnamespace = 'farthing'::regnamespace
    and p.proname ~ '_guard$' and t.tgenabled <> 'A' $$, 'each state machine also fires for a replica');
create function pg_temp.disabled(p_table text, p_trigger text) returns text language plpgsql as $$
begin
  execute format('alter table farthing.%I disable trigger %I', p_table, p_trigger);
  raise exception using errcode = 'UNDO1', message = coalesce((select string_agg(p.rule || ': ' || p.detail,
    ', ') from farthing.prove_guards() p), 'nothing');
exception when sqlstate 'UNDO1' then
  return sqlerrm;
end
$$;
select is(pg_temp.disabled(name, name || '_are_guarded'), format('2: trigger %s_are_guarded of %s is '
  'missing, or does not fire always', name, name),
  format('the proof reports a disabled state machine: %s', name))
from unnest(array['orders', 'refunds', 'bookings', 'providers', 'jobs']) name;

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
