-- Incidents: a rule fires, and its incident is opened, updated, acknowledged and resolved.
-- Operators are notified of each incident once.

begin;
\ir ../helpers/all_tests.psql
\ir ../helpers/alerts.psql
select plan(71);

-- Only the rules payout_delay and rule_failed are enabled. late() makes the payouts that payout_delay counts.
update farthing.alert_rules set enabled = rule in ('payout_delay', 'rule_failed');
update farthing.alert_rules set threshold = 2, fine_at = 1, fires_after = '2 min', resolves_after = '3 min'
where rule = 'payout_delay';
create function pg_temp.late(p_count int) returns void language sql as $$
  delete from farthing.payouts;
  insert into farthing.payouts (payout_id, amount, currency, automatic, status, reconciliation, made_at,
    arrives_at, reported_at)
  select 'po_' || n, 100, 'usd', true, 'in_transit', 'in_progress', tests.after('-9 days'),
    tests.after('-7 days'), tests.after('-9 days') from generate_series(1, p_count) n
$$;
create function pg_temp.notified() returns text language sql as $$
  select coalesce(string_agg(distinct recipient, ' and ' order by recipient), 'nobody') || ', ' || count(*)
  from farthing.notifications where template = 'alert'
$$;
create function pg_temp.newest() returns farthing.incidents language sql as $$
  select i from farthing.incidents i order by incident_nr desc limit 1
$$;

-- A value must stay over the threshold for a given time before an incident is open. Until then the
-- incident is pending.
select pg_temp.late(2);
select is(tests.alerts('0 min'), 'nothing', 'a figure at the threshold opens no incident');
select pg_temp.late(3);
select is(tests.alerts('1 min'), 'payout_delay pending',
  'a figure above the threshold makes a pending incident');
select is(jsonb_array_length(alerts_list() -> 'alerts'), 0, 'a pending incident is not listed');
select is(tests.code_for('none', null, format('select alerts_acknowledge(%L, ''x'')',
  (pg_temp.newest()).incident_id)), 'not_found', 'a pending incident cannot be acknowledged');
select is(tests.code_for('none', null, format('select alerts_read(%L)',
  (pg_temp.newest()).incident_id)), 'not_found', 'a pending incident cannot be read');
select pg_temp.late(2);
select is(tests.alerts('2 min'), 'nothing', 'a pending incident is deleted when the figure falls');
select pg_temp.late(3);
select is(tests.alerts('3 min'), 'payout_delay pending', 'the next rise makes a new pending incident');
select is(tests.alerts('5 min' - interval '1 s'), 'payout_delay pending',
  'the incident is pending until fires_after has passed');
select is(pg_temp.notified(), 'nobody, 0', 'a pending incident is not notified');
select is(farthing.evaluate_alerts(tests.after('5 min')), 1,
  'an incident fires when the figure was over for fires_after');
select is(farthing.evaluate_alerts(tests.after('5 min')), 0,
  'another evaluation of the same moment fires no incident');
select is(tests.alerts('5 min'), 'payout_delay open', 'the incident is open');
select is(pg_temp.notified(), 'operators and webhook, 2', 'operators are notified by email and by webhook');
select is(n.data, jsonb_build_object('incident_id', i.incident_id, 'rule', 'payout_delay', 'severity',
  'warning', 'summary', '3 payouts: late, or returned by the bank.', 'value', '3', 'threshold', '2',
  'runbook', 'docs/runbooks/payout_delay.md', 'fired_at', tests.after('5 min')),
  'the notification names the problem and the runbook')
from farthing.notifications n, pg_temp.newest() i where n.subject = i.incident_id::text;

-- The value is still over the threshold: the open incident is updated, and no second incident is opened.
select pg_temp.late(4);
select is(tests.alerts('6 min'), 'payout_delay open', 'a higher figure opens no second incident');
select is(i - '{id,summary,runbook}'::text[], jsonb_build_object('rule', 'payout_delay', 'subject', null,
  'severity', 'warning', 'state', 'open', 'value', '4', 'threshold', '2', 'count', 6, 'fired_at',
  tests.after('5 min'), 'last_seen_at', tests.after('6 min'), 'acknowledged_at', null, 'acknowledged_by',
  null, 'resolved_at', null),
  'the incident has the newest figures') from (select alerts_list() #> '{alerts,0}') l (i);
select is(alerts_read((pg_temp.newest()).incident_id), alerts_list() #> '{alerts,0}',
  'an incident is read as it is listed');
select tests.fails_with('select alerts_read(gen_random_uuid())', 'not_found', 'id',
  'an unknown alert cannot be read');
select is(pg_temp.notified(), 'operators and webhook, 2', 'a refreshed incident is not notified again');

-- An operator acknowledges the incident.
select is(a ->> 'state' || ' ' || (a ->> 'acknowledged_by'), 'acknowledged key:ann',
  'an operator acknowledges the incident')
from alerts_acknowledge((pg_temp.newest()).incident_id, 'key:ann', tests.after('7 min')) a;
select is(a ->> 'acknowledged_by', 'key:ann', 'a second acknowledgement keeps the first operator')
from alerts_acknowledge((pg_temp.newest()).incident_id, 'key:bob', tests.after('8 min')) a;
select tests.fails_with('select alerts_acknowledge(gen_random_uuid(), ''key:ann'')', 'not_found', 'id',
  'an unknown alert cannot be acknowledged');
select is(tests.alerts('8 min'), 'payout_delay acknowledged',
  'an acknowledged incident stays acknowledged while the figure is over');
select is(pg_temp.notified(), 'operators and webhook, 2', 'an acknowledgement notifies nobody');

-- A value must stay fine for a given time before its incident is resolved.
select pg_temp.late(2);
select is(tests.alerts('9 min'), 'payout_delay acknowledged',
  'a figure between fine and over leaves the incident as it is');
select is((pg_temp.newest()).fine_since, null, 'a figure between fine and over does not count as fine');
select pg_temp.late(1);
select is(tests.alerts('10 min'), 'payout_delay acknowledged',
  'a figure that is fine for a moment does not resolve the incident');
select pg_temp.late(3);
select is(tests.alerts('11 min'), 'payout_delay acknowledged',
  'a figure that rises again belongs to the same incident');
select pg_temp.late(1);
select is(tests.alerts('12 min'), 'payout_delay acknowledged', 'the figure is fine again');
select pg_temp.late(2);
select is(tests.alerts('13 min'), 'payout_delay acknowledged', 'the figure is between fine and over');
select pg_temp.late(1);
select is(tests.alerts('14 min'), 'payout_delay acknowledged', 'the time that counts as fine begins again');
select is(tests.alerts('17 min' - interval '1 s'), 'payout_delay acknowledged',
  'the incident stays until resolves_after has passed');
select is(tests.alerts('17 min'), 'nothing',
  'the incident is resolved when the figure was fine for resolves_after');
select is((pg_temp.newest()).resolved_at, tests.after('17 min'),
  'the incident has the time of its resolution');
select is(a ->> 'state', 'resolved', 'a resolved incident cannot be acknowledged')
from alerts_acknowledge((pg_temp.newest()).incident_id, 'key:bob', tests.after('18 min')) a;

-- The value is over the threshold again: a new incident is opened, with new notifications.
update farthing.alert_rules set fires_after = '0', resolves_after = '0' where rule = 'payout_delay';
select pg_temp.late(3);
select is(tests.alerts('20 min'), 'payout_delay open', 'a new incident fires at once if fires_after is 0');
select is(pg_temp.notified(), 'operators and webhook, 4', 'the new incident is notified');

-- An update changes the figures of a rule.
update farthing.alert_rules set threshold = 3 where rule = 'payout_delay';
select is(tests.alerts('21 min'), 'payout_delay open',
  'with a higher threshold the figure is neither over nor fine');
update farthing.alert_rules set threshold = 0 where rule = 'payout_delay';
select pg_temp.late(1);
select is(tests.alerts('22 min'), 'payout_delay open', 'with a lower threshold a smaller figure is over');
select pg_temp.late(0);
select is(tests.alerts('23 min'), 'nothing', 'a figure of 0 is fine although fine_at is above the threshold');
select tests.fails_with(format('update farthing.alert_rules set %s where rule = ''payout_delay''', change),
  '23514', null, change || ' is refused')
from unnest(array['threshold = -1', 'severity = ''low''', 'period = ''0''', 'fires_after = ''-1 s''',
  'resolves_after = ''2 days''', 'factor = 0', 'runbook = ''''']) change;

-- A disabled rule opens no incident, and its open incident is resolved.
select pg_temp.late(1);
select is(tests.alerts('24 min'), 'payout_delay open', 'the figure is over the threshold');
update farthing.alert_rules set enabled = false where rule = 'payout_delay';
select is(tests.alerts('25 min'), 'nothing', 'disabling a rule resolves its incident');
select is(tests.alerts('26 min'), 'nothing', 'a disabled rule opens no incident');

-- A rule that fails does not stop other rules, and is reported.
update farthing.alert_rules set enabled = true, fires_after = '1 min' where rule = 'payout_delay';
update farthing.alert_rules set enabled = true where rule = 'charge_failure_rate';
create function pg_temp.breaks(p_broken boolean) returns void language plpgsql as $$
begin
  execute format('alter table farthing.card_uses rename column %I to %I',
    case when p_broken then 'used_at' else 'gone' end, case when p_broken then 'gone' else 'used_at' end);
end
$$;
select pg_temp.breaks(true);
select is(tests.alerts('30 min'), 'payout_delay pending, rule_failed charge_failure_rate pending',
  'the next rule is evaluated after one that cannot be read');
select is(tests.alerts('32 min'), 'payout_delay open, rule_failed charge_failure_rate open',
  'both incidents fire');
select is(format('%s %s', trim_scale(value), summary), '1 The rule charge_failure_rate failed with 42703.',
  'the summary names the rule and the SQLSTATE') from farthing.incidents where rule = 'rule_failed';
select pg_temp.breaks(false);
select is(tests.alerts('33 min'), 'payout_delay open, rule_failed charge_failure_rate open',
  'a rule that works again leaves its incident open at first');
select is(tests.alerts('38 min'), 'payout_delay open', 'the incident is resolved after resolves_after');
alter function farthing.charge_failure_rate(timestamptz, timestamptz) rename to real_rate;
create function farthing.charge_failure_rate(p_from timestamptz, p_to timestamptz)
returns table (attempts bigint, failed bigint, rate numeric)
language plpgsql as 'begin raise query_canceled; end';
select is(tests.alerts('38 min 30 s'), 'payout_delay open, rule_failed charge_failure_rate pending',
  'a rule that the statement timeout ends has failed');
drop function farthing.charge_failure_rate(timestamptz, timestamptz);
alter function farthing.real_rate(timestamptz, timestamptz) rename to charge_failure_rate;
insert into farthing.alert_rules (rule, severity, threshold, fine_at, period, runbook)
values ('made_up', 'warning', 0, 0, '1 hour', 'https://runbooks.test/made_up');
select is(tests.alerts('39 min'), 'payout_delay open, rule_failed made_up pending',
  'a rule without a reading has failed');
select is(tests.alerts('41 min'), 'payout_delay open, rule_failed made_up open',
  'the incident of the rule without a reading fires');
delete from farthing.alert_rules where rule = 'made_up';
select is(tests.alerts('42 min'), 'payout_delay open', 'deleting a rule resolves its incident');

-- If the notifications of an incident could not be queued, the next evaluation queues them.
create function pg_temp.refuses() returns trigger language plpgsql as 'begin raise exception ''full''; end';
create trigger refuses before insert on farthing.notifications
  for each row execute function pg_temp.refuses();
update farthing.payouts set status = 'paid';
select is(tests.alerts('43 min'), 'nothing', 'a fine figure resolves the incident');
select pg_temp.late(1);
update farthing.alert_rules set fires_after = '0' where rule = 'payout_delay';
select is(tests.alerts('44 min'), 'payout_delay open',
  'an incident opens while the outbox refuses notifications');
select is((pg_temp.newest()).queued_at, null, 'the incident is not queued');
drop trigger refuses on farthing.notifications;
select is(farthing.evaluate_alerts(tests.after('45 min')), 1, 'the next evaluation queues the incident');
select is(count(*)::int, 2, 'each channel gets one notification') from farthing.notifications
where subject = (pg_temp.newest()).incident_id::text;

-- Incidents are listed page by page, and deleted a year after they were resolved.
select is((select array_agg(distinct a ->> 'state') from jsonb_array_elements(
    alerts_list(state) -> 'alerts') a), array[state],
  format('the list of a state has only %s incidents', state))
from unnest(array['open', 'resolved']) state;
select is(jsonb_array_length(alerts_list('acknowledged') -> 'alerts'), 0,
  'the list of acknowledged incidents is empty');
select results_eq($$ with recursive pages as (
    select alerts_list(p_limit => 2) as p
    union all select alerts_list(null, p ->> 'next_before', 2) from pages
    where p ->> 'next_before' is not null)
  select a ->> 'id' from pages, jsonb_array_elements(p -> 'alerts') a $$,
  'select incident_id::text from farthing.incidents order by incident_nr desc',
  'the pages list all incidents');
select is(farthing.delete_old_incidents(tests.after('366 days'), 3), 3,
  'the task deletes incidents a year after their resolution');

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
