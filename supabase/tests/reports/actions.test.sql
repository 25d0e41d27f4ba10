-- The report of authors: what authors did apart from moving credits. Each kind of action is read from its own
-- table.

begin;
\ir ../helpers/all_tests.psql
\ir ../helpers/money_back.psql
\ir ../helpers/jobs.psql
select plan(56);

select count(tests.person(name)) from unnest(array['olga', 'pat', 'ann', 'bob']) name \gset
update auth.users set raw_app_meta_data = '{"role": "operator"}'
where id in (tests.person('olga'), tests.person('pat'));
create function pg_temp.by(p_name text) returns text language sql as $$
  select 'operator:' || tests.person(p_name)
$$;
-- Returns the actions of an author on a day; by default on the first day of the scenario.
create function pg_temp.did(p_author text, p_day date default '2027-01-01') returns text[] language sql as $$
  select coalesce(array_agg(concat_ws(' ', r ->> 'kind', r ->> 'source', r ->> 'count', r ->> 'amount',
    r ->> 'currency') order by nr), '{}')
  from jsonb_array_elements(report_actors(p_day, p_day, p_actor => p_author, p_now => tests.after('2 d'))
    -> 'rows') with ordinality e (r, nr) where r ->> 'source' <> 'entries'
$$;
-- Triggers write their audit rows at the time of the transaction, so the report has these actions
-- on the current day, and not on a day of the scenario.
create function pg_temp.today() returns date language sql as $$ select (now() at time zone 'UTC')::date $$;

select is(pg_temp.did(pg_temp.by('olga'), day), '{}', 'before anything happened an author has no row')
from (values ('2027-01-01'::date), (pg_temp.today())) d (day);

-- Refunds: olga requests two, and one is made in Stripe's dashboard.
select is(tests.buys(name), name, name || ' buys') from unnest(array['ann', 'bob']) name;
select is(tests.pays(name), '{"received": true}', name || ' pays') from unnest(array['ann', 'bob']) name;
select is(refunds_begin(order_id, p_amount => amount, p_author => pg_temp.by('olga'),
  p_now => tests.after('1 h')) ->> 'step', 'send', 'olga requests a refund')
from tests.bought, unnest(array['100', '250']) amount where name = 'bob';
select is(tests.refund('ann', 1, 40, p_passed => '1 h'), '{"received": true}', 'a refund is made at Stripe');
select is(pg_temp.did(pg_temp.by('olga')), array['refund_requested refunds 2 350 usd'],
  'requested refunds are counted with their money');
select is(pg_temp.did('stripe'), array['refund_requested refunds 1 40 usd'],
  'refunds in the dashboard are Stripe''s');
select is(farthing.author_of_refund(requested_by), author, requested_by || ' is ' || author)
from (values ('buyer', 'owner'), ('provider', 'owner'), ('late_payment', 'task:late_payment'),
  ('key:default', 'key:default')) r (requested_by, author);

-- Decisions of operators are counted.
select is(credits_grant(tests.person('ann'), '100001', 'adjustment', p_reason => 'sorry',
  p_author => pg_temp.by('olga'), p_now => tests.after('1 h')) ->> 'status', '202', 'a grant waits');
select is(grants_decide(grant_id, true, p_author => pg_temp.by('pat'), p_now => tests.after('25 h'))
  ->> 'status', '200', 'pat confirms it on the next day') from farthing.grants;
select is(pg_temp.did(pg_temp.by('pat')), '{}', 'on the first day pat did nothing');
select is(pg_temp.did(pg_temp.by('pat'), '2027-01-02'), array['grant_confirmed grants 1'],
  'a decision about a grant is counted');
insert into farthing.incidents (rule, severity, runbook, state, value, threshold, summary, first_seen_at,
  last_seen_at, fired_at)
values ('dead_jobs', 'warning', 'x', 'open', 1, 0, 'x', tests.after(), tests.after(), tests.after());
select is(alerts_acknowledge(incident_id, pg_temp.by('pat'), tests.after('1 h')) ->> 'state', 'acknowledged',
  'pat acknowledges an alert') from farthing.incidents;
select is(tests.warning('ann', p_passed => '2 h'), '{"received": true}',
  'a card network warns of ann''s payment');
select is(warnings_clear('issfr_ann', 'called', p_author => pg_temp.by('pat'), p_now => tests.after('3 h'))
  #>> '{data,state}', 'cleared', 'pat clears the warning');
select is(tests.receive('radar.early_fraud_warning.created', '{"warning_id": "x"}', '3 h') is not null, true,
  'an event arrives');
update farthing.inbox set state = 'dead', attempts = 10, last_error = 'x', processed_at = null,
  next_attempt_at = null where event_id = 'evt_' || currval('tests.event_nr');
select isnt(inbox_replay('evt_' || currval('tests.event_nr'), tests.after('4 h'), pg_temp.by('pat')), null,
  'pat replays a dead-lettered event');
select is(pg_temp.did(pg_temp.by('pat')), array['alert_acknowledged incidents 1', 'event_replayed audit 1',
  'warning_cleared audit 1'], 'an acknowledged alert, a replayed event and a cleared warning are counted');

-- Holds that an author released. A hold that expired has no author.
select isnt(tests.give(name, '100'), null, name || ' gets credits') from unnest(array['cyn', 'dan']) name;
select is(holds_release(tests.hold(name, '10'), p_now => tests.after('1 min'), p_author => author)
  ->> 'status', '200', author || ' releases a hold of ' || name)
from (values ('cyn', 'key:app'), ('dan', 'key:app')) h (name, author);
select isnt(tests.hold('cyn', '10'), null, 'another hold expires');
select is(farthing.release_expired_holds(farthing.account_for(tests.person('cyn')), tests.after('2 h')),
  1, 'it is released without an author');
select is(pg_temp.did('key:app'), array['hold_released holds 2'], 'released holds are counted');
select is((select count(*) from farthing.holds where released_by is not null), 2::bigint,
  'an expired hold names nobody');

-- Retries, cancellations and reads are counted for their authors.
select is(farthing.notify(farthing.account_for(tests.person('ann')), 'hello', 's', '{}', tests.after()), true,
  'ann is notified');
select count(farthing.finish_notification(notification_id, 'dead', 'refused', tests.after('1 h')))
from farthing.notifications where template = 'hello' \gset
select is(notifications_retry(notification_id, 'again', p_author => 'key:support',
  p_now => tests.after('2 h')) ->> 'status', '200', 'a key retries the notification')
from farthing.notifications where template = 'hello';
select is(status, 202, 'ann starts a job') from tests.job('ann', 'free');
select is(jobs_cancel(null, tests.job_id('ann'), tests.after('1 min'), 'key:support') ->> 'status',
  'cancelled', 'the key cancels the job');
select is(status, 202, 'bob starts a job') from tests.job('bob', 'free');
select is(jobs_cancel(tests.person('bob'), tests.job_id('bob'), tests.after('1 min'), 'owner') ->> 'status',
  'cancelled', 'bob cancels his own job');
select isnt(credits_balance(tests.person('ann'), p_now => tests.after('1 h'), p_author => pg_temp.by('olga')),
  null, 'olga reads ann''s balance');
select is(pg_temp.did('key:support'), array['job_cancelled audit 1', 'notification_retried audit 1'],
  'a cancelled job and a retried notification are counted');
select is(pg_temp.did('owner'), '{}', 'a user who cancels their own job is not');
select is(pg_temp.did(pg_temp.by('olga')), array['customer_read customer_reads 1',
  'refund_requested refunds 2 350 usd'], 'reads of customers are counted');

-- Blocks, mismatches, caps and settings are audited by triggers.
select is(fraud_blocks_add('user', tests.person('bob')::text, reason, pg_temp.by('olga')) ->> 'status', '201',
  'olga blocks bob') from unnest(array['stolen', 'stolen cards']) reason;
select is(fraud_blocks_remove(block_id, pg_temp.by('olga')) ->> 'kind', 'user', 'and lifts the block')
from farthing.blocks;
insert into farthing.mismatches (kind, subject, found_at, seen_at)
values ('charge_unknown', 'ch_x', now(), now());
select is(mismatches_resolve(mismatch_id, 'Paid by bank.', p_author => pg_temp.by('olga')) #>> '{data,state}',
  'resolved', 'olga resolves a mismatch') from farthing.mismatches;
select is(features_set('b2b', 'off', p_author => pg_temp.by('olga')) ->> 'state', 'off',
  'olga switches a feature off');
set local enable_seqscan = off;
discard plans; -- a cached plan would ignore the new setting
select is(pg_temp.did(pg_temp.by('olga'), pg_temp.today()), array['block_added audit 1',
  'block_lifted audit 1', 'mismatch_resolved audit 1', 'setting_changed audit 1'],
  'blocks, resolved mismatches and settings are counted');

-- Users make most changes of the tables accounts, customers, providers and top_ups for themselves,
-- so the report contains no changes of these tables.
select results_eq($$select table_name from farthing.audited where not (select
    pg_get_expr(indpred, indrelid) from pg_index where indexrelid = 'farthing.audit_by_time'::regclass)
    like '%''' || table_name || '''%' order by 1$$, array['accounts', 'customers', 'providers', 'top_ups'],
  'every other audited table is in the index');
select is_empty($$select t from pg_index, regexp_matches(pg_get_expr(indpred, indrelid), '''(\w+)''', 'g') m,
    lateral (select m[1] as t) n, pg_proc p
  where indexrelid = 'farthing.audit_by_time'::regclass and p.oid = 'farthing.actor_actions'::regproc
    and p.prosrc not like '%''' || t || '''%'$$, 'the report reads every table of the index');

-- The report has rows, totals and controls.
select isnt(farthing.seal(tests.after('2 d')), 0, 'entries are sealed');
select is((select array_agg(distinct c ->> 'difference') from jsonb_array_elements(
  report_actors('2027-01-01', '2027-01-31') -> 'controls') c), array['0'],
  'credits by all authors equal the sealed entries, and grants the amounts of the lots');
select is((select string_agg(concat_ws(' ', t ->> 'kind', t ->> 'count', t ->> 'amount',
    t ->> 'currency'), ', ')
  from jsonb_array_elements(report_actors('2027-01-01', '2027-01-31') -> 'totals') t
  where t ->> 'source' = 'refunds'), 'refund_requested 3 390 usd',
  'the totals have the refunds of all authors');
update farthing.actor_days set amount = amount + 1 where kind = 'adjustment';
select is((select string_agg(c ->> 'name' || ' ' || (c ->> 'difference'), ', ') from jsonb_array_elements(
  report_actors('2027-01-01', '2027-01-31') -> 'controls') c where c ->> 'difference' <> '0'),
  'credits granted as adjustment by all authors, all days 1, credits of kind adjustment, all days 1',
  'a wrong sum of an author is a difference of the controls');
update farthing.actor_days set amount = amount - 1 where kind = 'adjustment';

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
