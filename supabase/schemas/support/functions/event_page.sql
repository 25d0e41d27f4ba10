-- The page of a Stripe event: which customer it is about, and what it did to that customer's balance.

create function farthing.event_account(p_facts jsonb)
returns bigint
language sql stable
set search_path = ''
as $$
  select coalesce(
    (select o.account_id from farthing.orders o where o.order_id = farthing.uuid_of(p_facts ->> 'order_id')),
    (select o.account_id from farthing.orders o where o.payment_ref = p_facts ->> 'payment_id'),
    (select b.account_id from farthing.bookings b
      where b.booking_id = farthing.uuid_of(p_facts ->> 'booking_id')),
    (select b.account_id from farthing.bookings b where b.payment_intent_id = p_facts ->> 'payment_id'),
    (select b.account_id from farthing.bookings b where b.charge_id = p_facts ->> 'charge_id'))
$$;
comment on function farthing.event_account(jsonb) is
  'Returns the account that an event is about. The event''s facts name an order by its id or payment, or a '
  'booking by its id, payment or charge. Null if they name neither.';

create function farthing.event_entries(p_event farthing.inbox, p_account_id bigint)
returns jsonb
language sql stable
set search_path = ''
as $$
  -- No index contains the author, so the entries are found by their time. One transaction applies
  -- an event and writes its entries while it holds the account's lock. So these entries are among
  -- the first ones at or after the moment at which the event was processed. The limit bounds the
  -- search in a busy account.
  select coalesce(jsonb_agg(farthing.explained_entry(e) order by e.seq), '[]')
  from (select n.* from farthing.entries n
    where n.account_id = p_account_id and p_event.state = 'processed'
      and n.seq > farthing.seq_at(p_account_id, p_event.processed_at - interval '1 microsecond')
    order by n.seq limit 10000) e
  where e.author = 'stripe:' || p_event.event_id
$$;
comment on function farthing.event_entries(farthing.inbox, bigint) is
  'Returns the entries that an event caused, oldest first, each with its reason.';

create function farthing.event_page(p_event farthing.inbox, p_account_id bigint)
returns jsonb
language sql stable
set search_path = ''
as $$
  select farthing.inbox_answer(p_event) || jsonb_build_object('facts', p_event.facts,
    'customer_id', coalesce(farthing.owner_of(p_account_id)::text, p_account_id::text),
    'entries', farthing.event_entries(p_event, p_account_id))
$$;
comment on function farthing.event_page(farthing.inbox, bigint) is
  'Returns an event with its facts, the id of its customer (null for none) and its entries.';
