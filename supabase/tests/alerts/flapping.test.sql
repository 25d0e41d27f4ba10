-- A figure that goes up and down is one incident, notified once, even if a clock goes back, it is
-- acknowledged before anybody could be notified, or its notifications are deleted.

begin;
\ir ../helpers/story.psql
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

select is(pg_temp.late(3, '0'), 'payout_delay open', 'it is over');
select is(pg_temp.late(0, '1 min'), 'payout_delay open', 'fine');
select is(pg_temp.late(3, '4 min'), 'payout_delay open', 'over again');
select is(pg_temp.late(0, '5 min'), 'payout_delay open', 'fine again');
select is(pg_temp.late(0, '7 min'), 'payout_delay open', 'of the minutes before it was over none counts');
select is(pg_temp.late(3, '9 min'), 'payout_delay open', 'over');
select is(pg_temp.late(0, '10 min'), 'payout_delay open', 'fine');
-- In between is neither, and begins it anew.
select is(pg_temp.late(2, '14 min'), 'payout_delay open', 'not fine, and not over');
select is(pg_temp.late(0, '15 min'), 'payout_delay open', 'fine');
-- Its clock goes back by a minute.
select is(pg_temp.late(0, '14 min'), 'payout_delay open', 'and a minute before that');
select is(pg_temp.late(0, '19 min'), 'nothing', 'fine for as long as it says, it is resolved');
select is((select count(*)::int from farthing.incidents), 1, 'it was one incident');
select is((select count(*)::int from farthing.notices where template = 'alert'), 2,
  'notified by email and by webhook, once');

-- Nobody can be notified, and an operator acknowledges it all the same.
alter table farthing.notices add constraint notices_broken check (template <> 'alert') not valid;
select is(pg_temp.late(3, '20 min'), 'payout_delay open', 'it opens though the outbox refuses');
select is(alerts_acknowledge((select incident_id from farthing.incidents where state = 'open'), 'key:ann',
  tests.after('21 min')) ->> 'state', 'acknowledged', 'the operator who has seen it has acknowledged it');
alter table farthing.notices drop constraint notices_broken;
select is(pg_temp.late(3, '22 min'), 'payout_delay acknowledged', 'the outbox is well again');
select is((select count(*)::int from farthing.notices where template = 'alert'), 4,
  'and the others are notified');
delete from farthing.notices;
select is(pg_temp.late(3, '100 d'), 'payout_delay acknowledged', 'when its notifications are deleted');
select is((select count(*)::int from farthing.notices), 0, 'it is not notified again');

select is_empty('select * from farthing.prove()', 'the ledger proves itself');
select * from finish();
rollback;
