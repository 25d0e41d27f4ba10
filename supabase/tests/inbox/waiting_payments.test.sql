-- If an order may have tax or a discount, the order's payment waits for the event of the order's
-- checkout session. If the session's event does not arrive, the payment runner reads the session
-- from Stripe: first after a minute, and then at growing intervals.

begin;
\ir ../helpers/all_tests.psql
\ir ../helpers/money_back.psql
\ir ../helpers/paid_amounts.psql
\ir ../helpers/bookings.psql
select no_plan();

create function pg_temp.pays(p_name text, p_passed interval, p_changes jsonb default '{}') returns jsonb
language sql as $$
  select tests.receive('payment_intent.succeeded', jsonb_build_object('order_id', (select order_id
    from tests.bought where name = p_name), 'booking_id', null, 'session_id', null, 'payment_id',
    'pi_' || p_name, 'payment_status', 'paid', 'amount', 1230, 'currency', 'pln', 'mark',
    (select installation_id from farthing.policy)) || p_changes, p_passed)
$$;
create function pg_temp.claims(p_passed interval, p_limit int default 20) returns text language sql as $$
  select coalesce(string_agg(c ->> 'payment_id', ' ' order by nr), '-')
  from jsonb_array_elements(sessions_claim(p_limit, tests.after(p_passed))) with ordinality e (c, nr)
$$;
create function pg_temp.is_due(p_passed interval) returns boolean language sql as $$
  select exists (select from farthing.sessions_to_read(tests.after(p_passed)))
$$;

select is(tests.begins(name, 'exclusive', false), name, name || ' begins a checkout with tax')
from unnest('{ann,bob,cyn,dan}'::text[]) name;
select is(tests.begins('eve', null, false), 'eve', 'eve begins one without');
select is(pg_temp.claims('0'), '-', 'no session is due');

-- Ann's and bob's sessions are due to be read after a minute. Eve's payment does not wait. There is
-- no session to read for a booking, or for an order that the database has lost.
select is(pg_temp.pays(name, passed), '{"received": true, "deferred": true}', name || '''s payment waits')
from (values ('ann', '1 s'::interval), ('bob', '2 s')) p (name, passed);
select is(pg_temp.pays('eve', '1 s', '{"amount": 1000}'), '{"received": true}', 'eve''s payment is applied');
select is(pg_temp.pays('lost', '1 s', jsonb_build_object('order_id', gen_random_uuid())),
  '{"received": true, "deferred": true}', 'the payment of an order that was lost waits');
select is(pg_temp.pays('booking', '1 s', jsonb_build_object('booking_id', gen_random_uuid(), 'order_id',
  'no uuid')), '{"received": true, "deferred": true}', 'so does the payment of a lost booking');
select is(pg_temp.is_due('1 min'), false, 'nothing is due before a minute is over');
select is(pg_temp.claims('1 min'), '-', 'and nothing is claimed');
select is(pg_temp.is_due('1 min 2 s'), true, 'then the runner is woken');
select is(pg_temp.claims('1 min 2 s', 1), 'pi_ann', 'one is claimed, and the first payment comes first');
select is(pg_temp.claims('1 min 2 s'), 'pi_bob', 'a payment is claimed once');
select is(pg_temp.is_due('1 min 2 s'), false, 'nothing else is due');
select is((select c ->> 'paid_at' from jsonb_array_elements(sessions_claim(20, tests.after('3 min 2 s')))
  c limit 1), extract(epoch from tests.after('1 s'))::bigint::text, 'the time is that of the payment');

-- A retry of the payment's event does not change the time at which the session is read next. The
-- intervals between the reads grow, until the payment's event is dead-lettered.
create temporary table reads (passed int);
create function pg_temp.waits(p_minutes int) returns void language plpgsql as $$
begin
  for v_minute in 4..p_minutes loop
    perform farthing.retry_events(tests.after(v_minute * interval '1 min'));
    if pg_temp.claims(v_minute * interval '1 min') like '%pi_ann%' then
      insert into reads values (v_minute);
    end if;
  end loop;
end
$$;
select pg_temp.waits(520);
select is(array_agg(passed order by passed), '{7,14,28,56,112,224,448}', 'each wait is as long as all before')
from reads;
select is(array_agg(distinct state || coalesce(' ' || read_session_at, '')), '{dead}',
  'a dead-lettered payment is not read') from farthing.inbox where facts ->> 'payment_id' = 'pi_ann';
select is(pg_temp.is_due('30 d'), false, 'and wakes no runner');
select is((select inbox_replay(event_id, tests.after('10 h')) ->> 'state' from farthing.inbox
  where facts ->> 'payment_id' = 'pi_ann'), 'deferred', 'an operator replays it');
select is(pg_temp.claims('10 h 1 min'), 'pi_ann', 'and its session is read again');

-- The runner reads a session from Stripe, and stores the result like an event of the session. So
-- the waiting payment is applied.
create function pg_temp.session_is_read(p_name text, p_passed interval) returns jsonb language sql as $$
  select inbox_receive(jsonb_build_object('id', 'read:cs_' || p_name, 'type', 'checkout.session.completed',
    'livemode', false, 'created', extract(epoch from tests.after('1 s'))::bigint, 'facts',
    jsonb_build_object('order_id', (select order_id from tests.bought where name = p_name), 'session_id',
      'cs_' || p_name, 'payment_id', 'pi_' || p_name, 'payment_status', 'paid', 'amount_subtotal', 1000,
      'amount_discount', 0, 'amount_tax', 230, 'amount', 1230, 'currency', 'pln', 'invoice_id', null,
      'has_tax_id', false)), tests.after(p_passed))
$$;
select is(pg_temp.session_is_read('ann', passed), answer, 'ann''s session is received once')
from (values ('10 h 1 min'::interval, '{"received": true}'::jsonb),
  ('10 h 2 min', '{"received": true, "duplicate": true}')) r (passed, answer);
select is(tests.paid('ann'), 'paid 1000 0 230 1230', 'ann''s order has its amounts');
select is(array_agg(state || coalesce(' ' || read_session_at, '')), '{processed}', 'her payment is applied')
from farthing.inbox where facts ->> 'payment_id' = 'pi_ann' and type = 'payment_intent.succeeded';
select is(tests.session_event('ann', '{1000,0,230,1230}', '11 h'), 'processed',
  'the event arrives after all');
select is(tests.balance('ann', '11 h'), 'balance 12000, held 0, available 12000, debt 0',
  'the credits were granted once');
select is((select (effective_at, booked_at)::text from farthing.revenue_lines where source_id = 'pi_ann'
  and kind = 'tax'), (tests.after('1 s'), tests.after('10 h 1 min'))::text,
  'the payment counts at the time at which it was made');

-- When the event of the session arrives, the wait ends, and the runner has nothing to do.
select is(pg_temp.pays('cyn', '1 s'), '{"received": true, "deferred": true}', 'cyn''s payment waits');
select is(tests.session_event('cyn', '{1000,0,230,1230}', '30 s'), 'processed',
  'the event of her session comes');
select is(pg_temp.is_due('2 min'), false, 'no session is due');
select is(tests.code_for('none', null, format('update farthing.inbox set read_session_at = now()
  where facts ->> ''payment_id'' = %L', 'pi_cyn')), '23514', 'only a waiting payment has a time to read');

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
