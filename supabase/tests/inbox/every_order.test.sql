-- Events in every order, repeated or late: one payment makes one grant.

begin;
\ir ../helpers/all_tests.psql
\ir ../helpers/orders.psql
select plan(10);

-- tests.orders_of() returns every permutation of its numbers.
select is((select count(*) from tests.orders_of('{1,2,3,4}')), 24::bigint, 'four events have 24 orders');

-- Applies each of the events twice to a new order and returns the order's last state. All changes are
-- rolled back.
create function pg_temp.ends(p_events jsonb, p_order int[]) returns text language plpgsql as $$
declare
  v_order_id uuid;
  v_nr int;
  v_end text;
begin
  v_order_id := checkout_begin(tests.person('ann'), 'da11a803-9576-4108-9c21-42b8c220cca6',
  'https://a.test',
    'https://a.test', p_now => tests.after()) #>> '{order,order_id}';
  foreach v_nr in array p_order || p_order loop
    if p_events ->> v_nr = 'attach' then
      perform checkout_attach(v_order_id, 'cs_1', 'https://s.test', p_now => tests.after());
    elsif p_events ->> v_nr = 'tasks' then
      perform farthing.expire_orders(tests.after('2 hours')), farthing.retry_events(tests.after('2 hours'));
    else
      perform inbox_receive(jsonb_build_object('id', 'evt_' || v_nr, 'type', p_events -> v_nr ->> 0,
      'livemode',
        false, 'created', 1, 'facts', jsonb_build_object('order_id', v_order_id, 'payment_id', 'pi_1',
        'session_id', case when p_events -> v_nr ->> 0 like 'checkout%' then 'cs_1' end, 'payment_status',
        p_events -> v_nr ->> 1, 'amount', 2499, 'currency', 'usd')), tests.after());
    end if;
  end loop;
  select format('%s, %s credits, %s lots, events %s', o.status, a.balance::int,
  (select count(*) from farthing.lots),
    (select string_agg(distinct state, ' ') from farthing.inbox)) into v_end
  from farthing.orders o join farthing.accounts a using (account_id);
  if exists (select from farthing.prove()) then
    v_end := v_end || ', and the proof reports violations';
  end if;
  raise exception using errcode = 'UNDO1', message = v_end;
exception when sqlstate 'UNDO1' then
  return sqlerrm;
end
$$;

select results_eq(format('select distinct pg_temp.ends(%L, o) from tests.orders_of(%L) o', events,
    array(select generate_series(0, jsonb_array_length(events::jsonb) - 1))), array[ending], name)
from (values
  ('T3: completed, async success and payment intent in every order, doubled, grant once',
    '[["checkout.session.completed", "paid"], ["checkout.session.async_payment_succeeded", "paid"],
      ["payment_intent.succeeded", "paid"], "attach"]', 'paid, 26240 credits, 2 lots, events processed'),
  ('T4: unpaid completion and later success in every order grant once',
    '[["checkout.session.completed", "unpaid"], ["checkout.session.async_payment_succeeded", "paid"],
      ["payment_intent.succeeded", "paid"], "attach"]', 'paid, 26240 credits, 2 lots, events processed'),
  ('T4: unpaid completion and later failure in every order grant nothing',
    '[["checkout.session.completed", "unpaid"], ["checkout.session.async_payment_failed", "unpaid"],
    "attach"]', 'failed, 0 credits, 0 lots, events processed'),
  ('a payment of a session that expired in every order grants once',
    '[["checkout.session.expired", "unpaid"], ["checkout.session.completed", "paid"], "tasks", "attach"]',
    'paid, 26240 credits, 2 lots, events processed'),
  ('a failed try and a later payment of the same order in every order grant once',
    '[["checkout.session.async_payment_failed", "unpaid"], ["payment_intent.succeeded", "paid"], "tasks"]',
    'paid, 26240 credits, 2 lots, events processed'),
  ('a session that expires and is not paid in every order grants nothing',
    '[["checkout.session.expired", "unpaid"], "tasks", "attach"]',
    'expired, 0 credits, 0 lots, events processed')
) plays (name, events, ending);

-- Every change of an order's state, whether it is allowed or refused.
select isnt(checkout_begin(tests.person('bob'), 'da11a803-9576-4108-9c21-42b8c220cca6', 'https://a.test',
  'https://a.test'), null, 'bob opens an order');
create function pg_temp.becomes(p_status text) returns void language sql as $$
  update farthing.orders set (status, payment_ref, paid_at, amount_discount, amount_tax, amount_total) =
    (select p_status, 'pi', now(), 0, 0, amount where p_status ~ 'paid|refunded|disputed'
      union all select p_status, null, null, null, null, null where p_status !~ 'paid|refunded|disputed')
$$;
create function pg_temp.may(p_from text, p_to text) returns boolean language plpgsql as $$
begin
  alter table farthing.orders disable trigger orders_are_guarded;
  perform pg_temp.becomes(p_from);
  alter table farthing.orders enable always trigger orders_are_guarded;
  perform pg_temp.becomes(p_to);
  raise exception using errcode = 'UNDO1';
exception when sqlstate 'UNDO1' then
  return true;
when restrict_violation then
  return false;
end
$$;
select results_eq($$
  with s (status) as (select unnest(array['pending', 'processing', 'paid', 'failed', 'expired',
  'partially_refunded',
    'refunded', 'disputed']))
  select a.status || ': ' || string_agg(b.status, ' ' order by b.status) from s a, s b
  where a.status <> b.status and pg_temp.may(a.status, b.status) group by a.status order by a.status $$,
  array['disputed: paid partially_refunded refunded', 'expired: paid processing', 'failed: paid',
    'paid: disputed partially_refunded refunded', 'partially_refunded: disputed paid refunded',
    'pending: expired failed paid processing', 'processing: failed paid',
    'refunded: disputed paid partially_refunded'],
  'an order makes the allowed changes of state and no others');

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
