-- The report of key figures.

begin;
\ir ../helpers/all_tests.psql
\ir ../helpers/money_back.psql
select plan(53);

create function pg_temp.record(p_name text, p_labels text, p_count int, p_bucket int default null,
  p_passed interval default '1 h') returns text language sql as $$
  select metrics_record(gen_random_uuid(), 0, jsonb_build_array(jsonb_strip_nulls(jsonb_build_object(
    'name', p_name, 'labels', p_labels, 'count', p_count, 'sum_ms', 1, 'buckets',
    (select jsonb_agg(case n when p_bucket then p_count else 0 end) from generate_series(1, p_bucket) n)))),
    tests.after(p_passed)) ->> 'recorded'
$$;
create function pg_temp.report(p_from int default 1, p_to int default 31) returns jsonb language sql as $$
  select report_kpis(make_date(2027, 1, p_from), make_date(2027, 1, p_to))
$$;
-- Returns the rows of a figure as one line: day, label, value, unit, target and samples.
create function pg_temp.kpi(p_name text, p_from int default 1, p_to int default 31) returns text
language sql as $$
  select string_agg(concat_ws(' ', r ->> 'day', r ->> 'label', coalesce(r ->> 'value', 'null'), r ->> 'unit',
    r ->> 'target', r ->> 'samples'), ', ' order by nr)
  from jsonb_array_elements(pg_temp.report(p_from, p_to) -> 'rows') with ordinality e (r, nr)
  where r ->> 'name' = p_name
$$;

select is(string_agg(concat_ws(' ', r ->> 'name', r ->> 'value', r ->> 'samples'), ', '
    order by r ->> 'name'),
  'debited_credits 0 0, evidence_completeness 0, ledger_p95 0, notification_p95 0, notification_sent 0, '
  || 'orders_without_evidence 0 0, '
  || 'purchased_credits 0 0, request_errors 0, time_to_first_dollar_p50 0, time_to_first_dollar_p95 0, '
  || 'webhook_applied 0, webhook_received 0', 'figures without samples are null, and sums are 0')
from jsonb_array_elements(pg_temp.report() -> 'rows') r;
select is_empty($$select from jsonb_array_elements(pg_temp.report() -> 'rows') r
  where r ->> 'formula' is null$$,
  'each figure has a formula');

-- Time from checkout to purchase: ann 30 s, bob 60 s, and cleo 10 minutes, which end on the next day.
select is(tests.buys(name, started), name, name || ' begins a purchase')
from (values ('ann', interval '1 h'), ('bob', '1 h'), ('cleo', '23 h 55 min')) p (name, started);
select isnt(tests.pays(name, paid), null, name || ' pays')
from (values ('ann', interval '1 h 30 s'), ('bob', '1 h 1 min'), ('cleo', '24 h 5 min')) p (name, paid);
select is(credits_debit(tests.person('ann'), '0.5', 'x', p_now => tests.after('2 h')) ->> 'status', '201',
  'ann spends credits');
select is(pg_temp.kpi('time_to_first_dollar_p50'), '60 s 3', 'half of the purchases take at most a minute');
select is(pg_temp.kpi('time_to_first_dollar_p95', 1, 1), '60 s 2',
  'a purchase counts on the day of its payment');
select is(pg_temp.kpi('evidence_completeness'), 'null share 1 0', 'orders that are not sealed do not count');
select is(farthing.seal(tests.after('48 h')), 4, 'the entries are sealed');
select is(pg_temp.kpi('evidence_completeness'), '1 share 1 3', 'each order has an event, a lot and an entry');
select is(pg_temp.kpi('purchased_credits') || ', ' || pg_temp.kpi('debited_credits'),
  '29970 credits 3, 0.5 credits 1', 'purchased and debited credits are sums of entries');
select is(array(select c ->> 'difference' from jsonb_array_elements(pg_temp.report() -> 'controls') c), '{0}',
  'purchased credits are those of the sealed paid orders');

select is_empty('select * from farthing.prove()', 'the proof finds no violation');

-- The proof checks the recorded purchases.
create function pg_temp.found(p_sql text) returns text language plpgsql as $$
begin
  execute p_sql;
  raise exception using errcode = 'UNDO1', message = coalesce((select string_agg(distinct p.detail, '; ')
    from farthing.prove() p), 'nothing');
exception when sqlstate 'UNDO1' then
  return sqlerrm;
end
$$;
select is(pg_temp.found(format(sql, b.order_id)), format(detail, b.order_id), c.name || ' is found')
from tests.bought b, (values
  ('another entry', 'update farthing.order_entries set seq = seq + 1 where order_id = %L',
    'order %1$s is noted with entry 2, which is not its sealed purchase; '
    'seq 1 is the purchase of order %1$s and is not noted'),
  ('a purchase that is not noted', 'delete from farthing.order_entries where order_id = %L',
    'seq 1 is the purchase of order %1$s and is not noted'),
  ('another day of begin', 'update farthing.order_entries set begun_on = begun_on + 1 where order_id = %L',
    'order %1$s is noted with other days or credits than its own'),
  ('no day of payment', 'update farthing.order_entries set paid_on = null where order_id = %L',
    'order %1$s is noted with other days or credits than its own'),
  ('other credits', 'update farthing.order_entries set credits = credits + 1 where order_id = %L',
    'order %1$s is noted with other days or credits than its own'),
  ('an event that is gone', 'select tests.unguarded(''inbox'', $$delete from farthing.inbox
      where facts ->> ''order_id'' = %L$$)',
    'order %1$s is noted with all evidence and has no stripe_event; '
    'order %1$s was paid by pi_ann, and no event says so; '
    'seq 1: stripe:evt_1 is no event in the inbox')) c (name, sql, detail)
where b.name = 'ann';

-- The evidence of a purchase is looked up when the purchase is sealed. By then the inbox has lost
-- the events of dora and eve. Eve's event is inserted again later.
select is(tests.buys(name, '1 h'), name, name || ' begins a purchase') from unnest(array['dora', 'eve']) name;
select isnt(tests.pays(name, '1 h'), null, name || ' pays') from unnest(array['dora', 'eve']) name;
create temporary table gone as select * from farthing.inbox where facts ->> 'session_id' = 'cs_eve';
select tests.unguarded('inbox', $$delete from farthing.inbox where facts ->> 'session_id' in ('cs_dora',
  'cs_eve')$$);
select is(farthing.seal(tests.after('48 h')), 2, 'both purchases are sealed');
select is(array_agg(n.missing order by b.name), '{stripe_event,stripe_event}', 'the missing event is noted')
from farthing.order_entries n join tests.bought b using (order_id) where b.name in ('dora', 'eve');
insert into farthing.inbox select * from gone;
-- The report names each order that lacks its event or its entry.
delete from farthing.order_entries n using tests.bought b where b.order_id = n.order_id and b.name = 'bob';
select is(pg_temp.kpi('evidence_completeness'), '0.6 share 1 5', 'two of five orders lack evidence');
select is(pg_temp.kpi('orders_without_evidence'), '2 orders 0 5', 'they are counted');
select is(pg_temp.kpi('order_without_evidence'), (select string_agg(format('%s: %s 1 orders 0 1', b.order_id,
  case b.name when 'dora' then 'stripe_event' else 'entry' end), ', ' order by b.order_id::text)
  from tests.bought b where b.name in ('bob', 'dora')), 'each of them is named with the missing evidence');

-- Requests to the ledger's routes: 90 of the 100 answers are in bucket 50 and 10 are in bucket 70.
-- So the p95 of these routes together is in bucket 70.
select is(pg_temp.record(name, labels, number, bucket), 'true', format('%s of %s %s', number, name, labels))
from (values ('requests', 'route=POST /usage,status=2xx', 90, 50),
  ('requests', 'route=GET /credits,status=2xx', 10, 70),
  ('requests', 'route=POST /stripe-webhook,status=2xx', 38, 40),
  ('requests', 'route=POST /stripe-webhook,status=4xx', 60, 40),
  ('requests', 'route=POST /stripe-webhook,status=5xx', 2, 40),
  ('auth_failures', 'status=401,code=token_expired', 7, null),
  ('limiter_decisions', 'rule=user,outcome=blocked', 3, null)) m (name, labels, number, bucket);
select is(pg_temp.kpi('ledger_p95'), format('GET /credits %1$s ms 120 10, POST /usage %2$s ms 120 90, '
  || '%1$s ms 120 100', trim_scale(farthing.bucket_ms(69.5)), trim_scale(farthing.bucket_ms(49.5))),
  'the p95 is that of all routes of the ledger, and of each route');
select is(pg_temp.kpi('webhook_received'), '0.95 share 0.95 40',
  'refused signatures do not count as deliveries');
select is(pg_temp.kpi('auth_failures') || ', ' || pg_temp.kpi('rate_limited'),
  '2027-01-01 token_expired 7 requests 7, 2027-01-01 user 3 requests 3', 'refusals are counted by day');
select is(pg_temp.kpi('auth_failures', 2, 2), null, 'and belong to their day');

-- The shares of applied events and of sent notifications. Dead-lettered events and notifications
-- reduce these shares.
select is(pg_temp.kpi('webhook_applied', 1, 2), '1 share 0.95 4', 'all stored events were applied');
update farthing.inbox set state = 'dead', processed_at = null where facts ->> 'session_id' = 'cs_bob';
select is(pg_temp.kpi('webhook_applied', 1, 2), '0.75 share 0.95 4', 'a dead-lettered event was not applied');
update farthing.notifications set state = 'sent', next_attempt_at = null, finished_at = created_at;
update farthing.notifications set created_at = tests.after('1 h');
select is(pg_temp.kpi('notification_sent', 1, 1), format('1 share 0.95 %s', (select count(*)
  from farthing.notifications)), 'all notifications were sent');
-- Only notifications that could reach a user are counted. Notifications to a user without an
-- address, and notifications to the operators' webhook, are left out.
update farthing.notifications set state = 'dead', last_error = 'no_recipient'
where account_id = (select account_id from farthing.accounts where owner_id = tests.person('ann'));
select is(pg_temp.kpi('notification_sent', 1, 1), '1 share 0.95 4',
  'a user without an address is not counted');
insert into farthing.notifications (recipient, template, subject, data, state, last_error, created_at,
  finished_at)
values ('webhook', 'anchor', '1', '{}', 'dead', 'refused', tests.after('1 h'), tests.after('1 h'));
select is(pg_temp.kpi('notification_sent', 1, 1), '1 share 0.95 4',
  'a webhook of the operators is not counted');
update farthing.notifications set last_error = 'refused' where last_error = 'no_recipient';
select is(pg_temp.kpi('notification_sent', 1, 1), '0.8 share 0.95 5',
  'a notification that its user did not get is counted');

-- A payment at midnight belongs to the day that begins.
select is(tests.buys('fay', '47 h'), 'fay', 'fay begins a purchase');
select isnt(tests.pays('fay', '48 h'), null, 'fay pays at midnight');
select is(farthing.seal(tests.after('96 h')), 1, 'the purchase is sealed, and so is the whole day');
delete from farthing.order_entries n using tests.bought b where b.order_id = n.order_id and b.name = 'fay';
select is(pg_temp.kpi('orders_without_evidence', 3, 3), '1 orders 0 1', 'its missing entry is reported');

select * from finish();
rollback;
