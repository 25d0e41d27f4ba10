-- The funnel report: packages seen, checkouts, payments, and purchases after a refusal.

begin;
\ir ../helpers/all_tests.psql
\ir ../helpers/money_back.psql
select plan(37);

create function pg_temp.refuse(p_name text, p_key text, p_passed interval, p_code text
  default 'insufficient_credits') returns jsonb language sql as $$
  select idempotency_store(tests.sha256(p_key), tests.sha256('body'), 402, jsonb_build_object('code', p_code),
    tests.person(p_name), tests.after(p_passed))
$$;
-- Returns rows as text: day, packages seen | checkouts, buyers, paid, paid share | refusals, refused
-- accounts, purchases after a refusal, first purchases after a refusal, conversion.
create function pg_temp.lines(p_rows jsonb) returns text[] language sql as $$
  select coalesce(array_agg(concat_ws(' ', r ->> 'day', coalesce(r ->> 'packages_seen', '-'), '|',
    r ->> 'checkouts', r ->> 'buyers', r ->> 'paid', coalesce(r ->> 'paid_share', '-'), '|',
    r ->> 'refusals', r ->> 'refused_accounts', r ->> 'purchases_after_refusal',
    r ->> 'first_purchases_after_refusal', coalesce(r ->> 'conversion', '-')) order by nr), '{}')
  from jsonb_array_elements(p_rows) with ordinality e (r, nr)
$$;
create function pg_temp.report(p_from int default 1, p_to int default 31) returns jsonb language sql as $$
  select report_funnel(make_date(2027, 1, p_from), make_date(2027, 1, p_to))
$$;
create function pg_temp.control() returns text language sql as $$
  select concat_ws(' ', c ->> 'report', c ->> 'source', c ->> 'difference')
  from jsonb_path_query(pg_temp.report(), '$.controls[0]') c
$$;

select is(pg_temp.lines(pg_temp.report() -> 'rows') || pg_temp.lines(pg_temp.report() -> 'totals'), '{}',
  'a report without events has no rows');
select is(pg_temp.report() #>> '{controls,0,difference}', '0', 'its control agrees');

-- Day 1: ann, bob and cleo are refused. Ann is refused twice, and once more with a repeated key.
select is(pg_temp.refuse(name, key, passed), '{}', format('%s is refused by %s', name, key))
from (values ('ann', 'a1', interval '1 h'), ('ann', 'a2', '2 h'), ('ann', 'a1', '3 h'), ('bob', 'b1', '1 h'),
  ('cleo', 'c1', '1 h')) r (name, key, passed);
select is(pg_temp.refuse('dan', 'd1', '1 h', 'spend_cap_reached'), '{}', 'dan reaches a spend cap');
select is(idempotency_store(tests.sha256('x'), tests.sha256('body'), 402, '{"code": "insufficient_credits"}',
  p_now => tests.after('1 h')), '{}', 'a refusal without a user is stored and not counted');

-- Ann buys on day 2, and bob after more than a week. Eve buys before she is refused, and buys again
-- after the refusal.
select is(tests.buys(name, begun), name, name || ' begins a checkout')
from (values ('ann', interval '25 h'), ('bob', '25 h'), ('eve', '26 h'), ('fay', '26 h')) p (name, begun);
select isnt(tests.pays(name, paid), null, name || ' pays')
from (values ('ann', interval '25 h 1 min'), ('bob', '8 d'), ('eve', '26 h 1 min')) p (name, paid);
select is(pg_temp.refuse('eve', 'e1', '49 h'), '{}', 'eve is refused after her purchase');
select is(tests.buys('gus', '71 h'), 'gus', 'gus begins a checkout in the last hour of the day');
select isnt(tests.receive('checkout.session.completed', jsonb_build_object('order_id',
    checkout_begin(tests.person('eve'), 'b04eb8da-a595-4fbc-a8f4-708b219f705a', 'https://a.test',
      'https://a.test', p_now => tests.after('50 h')) #>> '{order,order_id}', 'session_id', 'cs_again',
    'payment_id', 'pi_again', 'payment_status', 'paid', 'amount', 999, 'currency', 'usd'), '50 h'), null,
  'eve buys again');
select is(metrics_record(gen_random_uuid(), 0, jsonb_build_array(jsonb_build_object('name', 'requests',
  'labels', format('route=%s,status=%s', route, status), 'count', number, 'sum_ms', 1, 'buckets',
  jsonb_build_array(number))), tests.after('26 h')) ->> 'recorded', 'true', format('%s %s', route, status))
from (values ('GET /checkout/packages', '2xx', 12), ('GET /checkout/packages', '3xx', 3),
  ('GET /checkout/packages', '5xx', 50), ('GET /checkout/orders', '2xx', 70)) m (route, status, number);

select is(pg_temp.lines(pg_temp.report() -> 'rows'), array['2027-01-01 - | 0 0 0 - | 4 3 1 1 0.333333',
  '2027-01-02 15 | 4 3 3 0.75 | 0 0 0 0 -', '2027-01-03 - | 2 1 1 0.5 | 1 1 1 0 0'],
  'a purchase counts for 7 days after a refusal, and a first purchase once');
select is(pg_temp.lines(pg_temp.report() -> 'totals'), array['15 | 6 3 4 0.666667 | 5 4 2 1 0.25'],
  'the totals count each account once');
select is(pg_temp.report() #>> '{controls,0,difference}', '0', 'paid checkouts have lots');
select is(farthing.seal(tests.after('40 d')) > 0, true, 'the purchases are sealed');
select is(pg_temp.control(), '4 4 0', 'the noted purchases of each day are as many');
delete from farthing.order_entries where begun_on = '2027-01-02';
select is(pg_temp.control(), '4 4 0', 'lots are counted on a day whose purchases are not all noted');
insert into farthing.order_entries (order_id, account_id, seq, begun_on, paid_on, credits)
select o.order_id, o.account_id, e.seq, '2027-01-02', (o.paid_at at time zone 'UTC')::date, o.credits
from farthing.orders o join farthing.entries e on e.reference_id = o.order_id::text and e.kind = 'purchase'
where (o.created_at at time zone 'UTC')::date = '2027-01-02';
select is(pg_temp.lines(pg_temp.report(2, 2) -> 'totals'), array['15 | 4 3 3 0.75 | 0 0 0 0 -'],
  'a report of one day has that day''s figures');

-- Refused requests are stored for two years. The table refuses an invalid row.
select is(farthing.delete_old_refusals(now()), 0, 'the task has nothing to delete');
select is(farthing.delete_old_refusals(tests.after('731 d'), 1), 1,
  'the task deletes no more than its limit');
select is(farthing.delete_old_refusals(tests.after('731 d')), 2, 'it deletes the rest of that day');
select is((select array_agg(distinct day) from farthing.refusal_days), array['2027-01-03'::date],
  'later days stay');
select is(tests.code_for('none', null, format('update farthing.refusal_days set %s
  where day = ''2027-01-03''', change)), '23514', change || ' is refused')
from unnest(array['refusals = 0', 'first_at = first_at + interval ''1 d''']) change;

select is_empty('select * from farthing.prove()', 'the proof finds no violation');

select * from finish();
rollback;
