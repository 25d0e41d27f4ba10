-- Seals: a hash chain per account, which shows the first entry that was changed.

begin;
\ir ../helpers/all_tests.psql
select plan(40);

select isnt(tests.give(name, '100', p_passed => make_interval(secs => n)), null,
  format('%s is granted 100', name))
from unnest(array['ann', 'bob']) name, generate_series(1, 3) n;
select isnt(credits_debit(tests.person('ann'), '150', 'work'), null, 'ann spends 150');

-- A run seals entries up to its limit, and the next run continues.
select is(farthing.seal(p_limit => 4), 4, 'a run seals no more entries than its limit');
select is((select array_agg(account_id || ':' || seq order by account_id, seq) from farthing.entry_seals),
  (select array_agg(account_id || ':' || seq order by account_id, seq) from (select * from farthing.entries
    order by account_id, seq limit 4) e), 'entries are sealed by account and number');
select is(farthing.seal(), 4, 'the next run continues after the last sealed entry');
select is(farthing.seal(), 0, 'a run without new entries seals nothing');
select is_empty('select * from farthing.verify()', 'a sealed ledger verifies');
select is((select count(distinct hash) from farthing.entry_seals), 8::bigint,
  'no two entries have the same hash');
select results_eq($$ select sha256(contents) from farthing.entry_contents where seq = 1
  order by account_id $$,
  $$ select hash from farthing.entry_seals where seq = 1 order by account_id $$,
  'the first hash covers the entry');
select results_eq($$ select sha256(s.hash || c.contents)
  from farthing.entry_contents c join farthing.entry_seals s using (account_id)
  where c.seq = 2 and s.seq = 1 order by account_id $$,
  $$ select hash from farthing.entry_seals where seq = 2 order by account_id $$,
  'each hash covers the hash before it');
set local timezone = 'Asia/Kathmandu';
set local datestyle = 'german';
set local extra_float_digits = -15;
select is_empty('select * from farthing.verify()', 'a seal does not depend on the session''s settings');
reset timezone; reset datestyle; reset extra_float_digits;

-- Changes rows as a superuser. Returns what verify() and prove() then find, and undoes the change.
create function pg_temp.tampered(p_sql text) returns text language plpgsql as $$
declare
  v_found text;
begin
  alter table farthing.entries disable trigger user;
  alter table farthing.entry_seals disable trigger user;
  execute p_sql;
  select format('%s at %s of %s; %s', v.problem, v.seq, substr(u.email, 1, 3),
  (select count(*) from farthing.prove() p
    where p.rule = 14 and p.account_id is not null)) into v_found
  from farthing.verify() v left join farthing.accounts a using (account_id) left join auth.users u on u.id
  = a.owner_id;
  raise exception using errcode = 'UNDO1', message = coalesce(v_found, 'nothing');
exception when sqlstate 'UNDO1' then
  return sqlerrm;
end
$$;
create temporary table ann as select account_id from farthing.accounts where owner_id = tests.person('ann');
select is(pg_temp.tampered(format('update farthing.entries set %s where seq = 2 and account_id = %s', change,
  account_id)), 'the entry is not the one that was sealed at 2 of ann; 1',
  format('an entry with %s is found', change))
from ann, unnest(array['amount = amount + 0.000000000000000001', 'balance_after = 0', 'kind = ''usage''',
  'counterparty = ''purchases''', 'direction = ''out''', 'lot_id = null',
  'event_at = event_at + interval ''1 us''',
  'created_at = created_at + interval ''1 us''', 'reference_type = null', 'reference_id = ''''',
  'correlation_id = ''null''', 'metadata = metadata || ''{"a": null}''', 'metadata = null',
  'author = ''owner''', 'entry_id = gen_random_uuid()',
  'transaction_id = gen_random_uuid()']) change;
select is(pg_temp.tampered(format('delete from farthing.entries where seq = %s and account_id = %s', seq,
  account_id)),
  format('a sealed entry is missing at %s of ann; 1', seq), format('the deletion of entry %s is found', seq))
from ann, unnest(array[1, 3, 5]) seq;
select is(pg_temp.tampered(format('update farthing.entries set seq = 109 - seq where seq >= 4 and account_id
  = %1$s;
  update farthing.entries set seq = seq - 100 where seq > 100 and account_id = %1$s', account_id)),
  'the entry is not the one that was sealed at 4 of ann; 1', 'swapped entries are found')
from ann;
select is(pg_temp.tampered(format('delete from farthing.entry_seals where seq = 2 and account_id = %s',
  account_id)),
  'the entry is not the one that was sealed at 3 of ann; 1', 'a deleted seal breaks the chain after it')
  from ann;
select is(pg_temp.tampered(format('update farthing.entry_seals set hash = sha256(''x'') where seq = 4 and
  account_id = %s',
  account_id)), 'the entry is not the one that was sealed at 4 of ann; 1', 'a forged seal is found') from ann;
select is(pg_temp.tampered('select 1'), 'nothing', 'an untouched ledger has no broken entry');

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
