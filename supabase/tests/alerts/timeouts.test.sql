-- If the evaluation of a rule never ends, statement_timeout cancels it. The timeout fires only once
-- per statement and could not cancel a second rule, so the run ends after the cancelled rule. Later
-- runs evaluate the failed rule last, so that it delays no other rule.

begin;
\ir ../helpers/all_tests.psql
\ir ../helpers/alerts.psql
select plan(9);

update farthing.alert_rules set
  enabled = rule in ('charge_failure_rate', 'payout_delay', 'reconciliation_mismatch', 'rule_failed');
update farthing.alert_rules set threshold = 0, fine_at = 0, fires_after = '0', resolves_after = '0'
where rule in ('payout_delay', 'reconciliation_mismatch');
-- These functions fail as they would under statement_timeout. They count calls with a sequence, because a
-- rollback does not undo a sequence.
create sequence pg_temp.cut;
alter function farthing.charge_failure_rate(timestamptz, timestamptz) rename to real_rate;
create function farthing.charge_failure_rate(p_from timestamptz, p_to timestamptz)
returns table (attempts bigint, failed bigint, rate numeric) language plpgsql as $$
begin
  perform nextval('pg_temp.cut');
  raise query_canceled;
end
$$;
insert into farthing.payouts (payout_id, amount, currency, automatic, status, reconciliation, made_at,
  arrives_at, reported_at)
values ('po_1', 100, 'usd', true, 'in_transit', 'in_progress', tests.after('-9 days'),
  tests.after('-7 days'), tests.after('-9 days'));

select is(tests.alerts('0'), 'rule_failed charge_failure_rate pending',
  'the evaluation ends after a rule that was cut off');
select is(tests.alerts('1 min'), 'payout_delay open, rule_failed charge_failure_rate pending',
  'the next evaluation begins with the other rules');
select is(tests.alerts('2 min'), 'payout_delay open, rule_failed charge_failure_rate open',
  'the failed rule opens an incident');
select is((select last_value::int from pg_temp.cut), 3, 'the failed rule is evaluated each time');
-- The evaluation of two rules never ends. The rule that failed in an earlier run is evaluated last.
-- The timeout already ends this run at the other rule, so the run does not reach the rule that
-- failed earlier.
alter function farthing.open_mismatches() rename to real_mismatches;
create function farthing.open_mismatches() returns bigint language plpgsql as $$
begin
  perform nextval('pg_temp.cut');
  raise query_canceled;
end
$$;
update farthing.payouts set status = 'paid';
select is(tests.alerts('3 min'),
  'rule_failed charge_failure_rate open, rule_failed reconciliation_mismatch pending',
  'the evaluation ends at the second endless rule');
select is((select last_value::int from pg_temp.cut), 4,
  'the first endless rule is not evaluated after the second');
drop function farthing.open_mismatches();
alter function farthing.real_mismatches() rename to open_mismatches;
drop function farthing.charge_failure_rate(timestamptz, timestamptz);
alter function farthing.real_rate(timestamptz, timestamptz) rename to charge_failure_rate;
select is(tests.alerts('4 min'), 'rule_failed charge_failure_rate open', 'both rules work again');
select is(tests.alerts('9 min'), 'nothing', 'both incidents are resolved');

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
