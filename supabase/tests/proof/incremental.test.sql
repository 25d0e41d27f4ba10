-- The incremental proof finds the same violations in new entries as the whole proof, and does not
-- read old entries again.

begin;
\ir ../helpers/all_tests.psql
\ir ../helpers/money_back.psql
\ir ../helpers/chats.psql
\ir ../helpers/jobs.psql
select no_plan();
\ir ../helpers/corruption.psql

-- Returns the rules that one run finds violated. p_limit is the approximate number of entries in a part,
-- and p_time is the time after which the run begins no new part.
create function pg_temp.run(p_limit int default 20000, p_time interval default '1 hour') returns text
language sql as $$
  select concat(o_rules::text, case when not o_is_done then ' and goes on' end)
  from farthing.prove_in_parts(p_limit, p_time)
$$;
select is(pg_temp.run(), '{}', 'an intact ledger has no violation');
select results_eq('select p.seq from farthing.proved p order by p.account_id', 'select a.last_seq
  from farthing.accounts a order by a.account_id', 'all sealed entries are marked as proved');
select is(farthing.unproved(), '{}', 'no entry is unproved');
select is(credits_debit(tests.person('dan'), '2', 'x', p_now => tests.after('2 days')) ->> 'status', '201',
  'dan spends');
select is(credits_debit(tests.person('ann'), '1', 'x', 'once', p_once => true, p_now => tests.after('2 days'))
  ->> 'status', '201', 'ann spends');
select isnt(usage_charge(tests.person('ann'), '{"event_id": "new", "model": "gpt-4o", "input_tokens": 1000}',
  p_now => tests.after('2 days')), null, 'ann''s usage is charged');
create function pg_temp.new_entries() returns int language sql as $$
  select count(*)::int from farthing.entries_of(farthing.unproved())
$$;
select is(pg_temp.new_entries(), 3, 'three entries are unproved');
select is(pg_temp.run(), '{}', 'the three entries have no violation');
select is(pg_temp.new_entries(), 3, 'unsealed entries are not marked');
select is(farthing.seal(), 3, 'the entries are marked after they were sealed');

-- Makes a change and undoes it. Returns which proofs find a violation: the whole proof, the
-- incremental one ("new"), or both.
create function pg_temp.both(p_sql text, p_seals boolean default true) returns text language plpgsql as $$
declare
  v_found text;
  v_table text;
begin
  foreach v_table in array array['accounts', 'lots', 'entries', 'entry_seals', 'usage_events',
      'used_references', 'rates'] loop
    execute format('alter table farthing.%I disable trigger user', v_table);
  end loop;
  execute p_sql;
  if p_seals then
    perform farthing.seal();
  end if;
  select string_agg(distinct f.by, ' and ') into v_found from (
    select 'whole' as by from farthing.prove() where rule <> 2
    union all select 'new' from farthing.prove_new() where rule <> 2) f;
  raise exception using errcode = 'UNDO1', message = coalesce(v_found, 'nobody');
exception when sqlstate 'UNDO1' then
  return sqlerrm;
end
$$;
select is(pg_temp.both(pg_temp.filled(sql)), 'new and whole',
  format('after the mark: %s is found by both proofs', name))
from (values
  ('an amount', 'update farthing.entries set amount = amount + 1 where account_id = $dan and seq = 3'),
  ('words', $$update farthing.entries set metadata = '{}' where account_id = $dan and seq = 3$$),
  ('an entry that is gone', 'delete from farthing.entries where account_id = $dan and seq = 3'),
  ('a seal', $$update farthing.entry_seals set hash = sha256('x') where account_id = $dan and seq = 3$$),
  ('seals that are gone', 'delete from farthing.entry_seals where seq = 3'),
  ('a usage event', $$delete from farthing.usage_events where event_id = 'new'$$),
  ('a reference that was used for another movement', $$update farthing.used_references
    set movement = 'grant' where reference_id = 'once'$$),
  ('a rate', 'update farthing.rates set markup = 3 where model = ''gpt-4o''')) c (name, sql);
select is(pg_temp.run(), '{}', 'all entries are marked');
select is(pg_temp.both(pg_temp.filled(sql)), 'new and whole',
  format('before the mark: %s is found by both proofs', name))
from (values
  ('a balance', 'update farthing.accounts set balance = balance + 1 where account_id = $dan'),
  ('a lot''s rest', 'update farthing.lots set remaining = remaining - 1 where account_id = $dan'),
  ('the last seals, gone and made anew', 'delete from farthing.entry_seals
    where account_id = $dan and seq = 3'),
  ('an old entry that is sealed anew', $$update farthing.entries set metadata = '{}'
    where account_id = $dan and seq = 2; delete from farthing.entry_seals where account_id = $dan$$),
  ('a sum', 'update farthing.entry_sums set amount = amount + 1 where kind = ''debit'''),
  ('a rate', 'update farthing.rates set markup = 3 where model = ''gpt-4o''')) c (name, sql);
select is(pg_temp.both(pg_temp.filled(sql)), 'whole',
  format('before the mark: %s is found by the whole proof', name))
from (values
  ('an old entry', $$update farthing.entries set metadata = '{}' where account_id = $dan and seq = 2$$),
  ('the terms of a lot', 'update farthing.lots set priority = 1 where account_id = $dan')) c (name, sql);

-- The charges of holds, chats and jobs also have a rate. So both proofs compare each of these
-- charges with the price of its tokens.
select isnt(tests.give('eve', '500', p_passed => '2 days'), null, 'eve is granted 500');
select is(holds_settle((holds_open(tests.person('eve'), 600, p_estimate => tests.lines(1) -> 0,
    p_now => tests.after('2 days')) #>> '{data,hold_id}')::uuid, p_usage => (tests.lines(1) -> 0) - 'model',
    p_now => tests.after('2 days 1 s')) #>> '{data,settled}', '50', 'eve settles a hold by usage');
select is(tests.begin_chat('eve', p_passed => '2 days 2 s') ->> 'step', 'call', 'eve begins a chat');
select is(tests.settle_chat(tests.chat_id('eve'), '2 days 3 s') #>> '{data,credits}', '26',
  'eve''s chat is answered');
select is(data ->> 'held', '150', 'eve begins a job')
from tests.job('eve', 'paid', tests.lines(3), p_passed => '2 days 4 s');
select is(tests.claim('one', 'paid', '2 days 5 s'), '1', 'a runner claims eve''s job');
select is(tests.step('eve', 1, 's1', 2, '2 days 6 s') ->> 'held', '50',
  'a step with two usage events is charged');
select is(pg_temp.both('select'), 'nobody', 'all three kinds of work cost their tokens');
select is(pg_temp.both(format($$update farthing.entries set metadata = metadata || '{"output_tokens": 1}'
  where reference_type = %L and metadata ? 'rate_version'$$, reference_type)), 'new and whole',
  format('a %s that is charged for other tokens is found by both proofs', reference_type))
from unnest(array['hold', 'chat', 'job']) reference_type;
select is(pg_temp.both(format($$delete from farthing.usage_events where origin = %L$$, origin)),
  'new and whole', format('a missing usage event of a %s is found by both proofs', origin))
from unnest(array['hold', 'chat', 'job']) origin;

-- The scheduled task runs the whole proof each week, and the incremental proof in between.
select is(farthing.prove_if_due(tests.after('3 days')), true, 'the first scheduled proof runs');
select is(farthing.prove_if_due(tests.after('3 days 2 hours')), true, 'the second scheduled proof runs');
select is(farthing.prove_if_due(tests.after('11 days')), true, 'a proof runs a week later');
select results_eq('select is_whole, violations from farthing.proof_runs where started_at > tests.after()
  order by run_nr', 'values (true, 0::bigint), (false, 0), (true, 0)',
  'the first and the weekly proof are whole, and the others are incremental');
select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
