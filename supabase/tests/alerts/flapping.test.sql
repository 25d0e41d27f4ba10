-- A figure that crosses its threshold again and again opens only one incident, and operators are
-- notified only once. This is also true if the server's time goes back, if an operator acknowledges
-- the incident before its notifications could be queued, or if its notifications are deleted.

begin;
\ir ../helpers/all_tests.psql
\ir ../helpers/alerts.psql
select plan(20);

update farthing.alert_rules set enabled = rule in ('payout_delay', 'rule_failed');
update farthing.alert_rules set threshold = 2, fine_at = 1, fires_after = '0', resolves_after = '5 min'
where rule = 'payout_delay';
create function pg_temp.late(p_count int, p_passed interval) returns text language plpgsql as $$
begin
  delete from farthing.payouts;
  insert into farthing.payouts (payout_id, amount, currency, automatic, status, reconciliation, made_at,
    arrives_at, reported_at)
  select 'po_' || n, 100, 'usd', true, 'in_transit', 'in_progress', tests.after('-9 days'),
    tests.after('-7 days'), tests.after('-9 days') from generate_series(1, p_count) n;
  return tests.alerts(p_passed);
end
$$;

select is(pg_temp.late(3, '0'), 'payout_delay open', 'a late payout above the threshold opens an incident');
select is(pg_temp.late(0, '1 min'), 'payout_delay open',
  'a fine figure does not resolve the incident at once');
select is(pg_temp.late(3, '4 min'), 'payout_delay open', 'the figure is above the threshold again');
select is(pg_temp.late(0, '5 min'), 'payout_delay open', 'the figure is fine again');
select is(pg_temp.late(0, '7 min'), 'payout_delay open',
  'the fine minutes before the figure rose do not count');
select is(pg_temp.late(3, '9 min'), 'payout_delay open', 'the figure is above the threshold once more');
select is(pg_temp.late(0, '10 min'), 'payout_delay open', 'the figure is fine once more');
-- An incident is resolved once its figure has been fine for a given time. A figure between fine_at
-- and the threshold is not fine, and restarts that time from zero.
select is(pg_temp.late(2, '14 min'), 'payout_delay open',
  'a figure between fine and over leaves the incident open');
select is(pg_temp.late(0, '15 min'), 'payout_delay open', 'the time that counts as fine begins again');
-- The server's time goes back by a minute.
select is(pg_temp.late(0, '14 min'), 'payout_delay open',
  'an evaluation of an earlier minute also counts as fine');
select is(pg_temp.late(0, '19 min'), 'nothing',
  'the incident is resolved when the figure was fine for resolves_after');
select is((select count(*)::int from farthing.incidents), 1, 'all changes are one incident');
select is((select count(*)::int from farthing.notifications where template = 'alert'), 2,
  'the incident is notified once by email and once by webhook');

-- No notification can be queued. Meanwhile an operator acknowledges the incident.
alter table farthing.notifications add constraint notifications_broken check (template <> 'alert') not valid;
select is(pg_temp.late(3, '20 min'), 'payout_delay open',
  'an incident opens although the outbox refuses its notifications');
select is(alerts_acknowledge((select incident_id from farthing.incidents where state = 'open'), 'key:ann',
  tests.after('21 min')) ->> 'state', 'acknowledged', 'the operator acknowledges the incident');
alter table farthing.notifications drop constraint notifications_broken;
select is(pg_temp.late(3, '22 min'), 'payout_delay acknowledged',
  'the incident stays acknowledged when the outbox works again');
select is((select count(*)::int from farthing.notifications where template = 'alert'), 4,
  'the notifications are queued after the outbox works again');
delete from farthing.notifications;
select is(pg_temp.late(3, '100 d'), 'payout_delay acknowledged',
  'the incident outlives its deleted notifications');
select is((select count(*)::int from farthing.notifications),
  0, 'deleted notifications are not queued again');

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
