-- The proof: Stripe's events, sales and received credits agree (rules 9 and 10).

create function farthing.prove_payments()
returns table (rule int, account_id bigint, detail text)
language sql stable
set search_path = ''
as $$
  with paid as (
    select lower(i.facts ->> 'order_id') as order_id,
      coalesce(i.facts ->> 'payment_id', i.facts ->> 'session_id') as payment_ref,
      (i.facts ->> 'amount')::bigint as amount, i.facts ->> 'currency' as currency
    from farthing.inbox i
    where i.state = 'processed' and i.facts ->> 'payment_status' = 'paid'
      and i.facts ->> 'order_id' is not null and i.type ~ '^(checkout[.]session|payment_intent)[.]'
      and i.type <> 'checkout.session.async_payment_failed'
  )
  select 9, o.account_id, format('order %s was paid by %s, and no event says so', o.order_id, o.payment_ref)
  from farthing.orders o
  where o.payment_ref is not null and not exists (select from paid p
    where p.order_id = o.order_id::text and p.payment_ref = o.payment_ref and p.amount = o.amount
      and p.currency = o.currency)
  union all
  select 9, o.account_id, format('order %s was paid by %s, as an event says, and is %s', o.order_id,
    p.payment_ref, o.status)
  from paid p join farthing.orders o on o.order_id::text = p.order_id
  where o.payment_ref is distinct from p.payment_ref
  union all
  select 9, o.account_id, format('order %s is not what version %s of its package sells', o.order_id,
    o.package_version)
  from farthing.orders o
  left join farthing.packages k on k.package_id = o.package_id and k.version = o.package_version
  where o.kind = 'package' and (o.amount, o.currency, o.credits, o.bonus_credits, o.package_name)
    is distinct from (k.amount, k.currency, k.credits, k.bonus_credits, k.name)
$$;
comment on function farthing.prove_payments() is
  'Rule 9 of payments: a paid order has a Stripe event for its amount, an order with one is paid, and it '
  'was sold at the package''s terms.';

create function farthing.prove_origins()
returns table (rule int, account_id bigint, detail text)
language sql stable
set search_path = ''
as $$
  select 19, l.account_id, format('lot %s is %s of order %s, its entry is %s of %s %s', l.lot_id, l.source,
    l.order_id, e.kind, e.reference_type, e.reference_id)
  from farthing.lots l
  join farthing.entries e on e.account_id = l.account_id and e.lot_id = l.lot_id and e.direction = 'in'
    and e.kind <> 'reinstatement'
  where (l.source::text, e.kind::text) not in (('paid', 'purchase'), ('bonus', 'bonus'),
      ('promotional', 'promotion'), ('adjustment', 'adjustment'))
    or l.order_id::text is distinct from case when e.kind in ('purchase', 'bonus') then e.reference_id end
    or l.created_at > e.created_at
$$;
comment on function farthing.prove_origins() is 'Rule 19: a lot has the source and the order of its entry.';

create function farthing.prove_lot_terms()
returns table (rule int, account_id bigint, detail text)
language sql stable
set search_path = ''
as $$
  select 19, l.account_id, format('lot %s cost %s USD, its order %s %s', l.lot_id, l.cost_basis_usd, o.amount,
    o.currency)
  from farthing.lots l left join farthing.orders o on o.account_id = l.account_id and o.order_id = l.order_id
  where l.order_id is not null and (o.order_id is null or l.cost_basis_usd is distinct from
    case when l.source = 'bonus' then 0 when o.currency = 'usd' then o.amount::numeric / 100 end)
  union all
  select 10, o.account_id, format('order %s: %s clawed back, of its lots %s', o.order_id,
    o.credits_clawed_back, sum(l.clawed_back))
  from farthing.orders o join farthing.lots l on l.account_id = o.account_id and l.order_id = o.order_id
  group by o.account_id, o.order_id having sum(l.clawed_back) > o.credits_clawed_back
  union all
  select 10, l.account_id, format('lot %s is frozen, and of no order', l.lot_id)
  from farthing.lots l where l.frozen and l.order_id is null
$$;
comment on function farthing.prove_lot_terms() is
  'Rules 19 and 10: a lot has the cost of its order, an order''s lots have no more credits than it '
  'granted, and a lot without an order is not frozen.';

create function farthing.prove_events()
returns table (rule int, account_id bigint, detail text)
language sql stable
set search_path = ''
as $$
  select 10, r.account_id, format('refund %s is %s of %s, and no event says so', r.refund_id, r.status,
    r.amount)
  from farthing.refunds r
  -- Stripe's refunds have an event; one that Stripe never had has failed here. A state without a name is
  -- unknown.
  where r.stripe_refund_id is not null and r.status <> 'requested' and not exists (
    select from farthing.inbox i where i.state = 'processed' and i.type like 'refund.%'
      and i.facts ->> 'stripe_refund_id' = r.stripe_refund_id
      and left(coalesce(nullif(i.facts ->> 'status', 'requested'), 'unknown'), 64) = r.status
      and (i.facts ->> 'amount')::bigint = r.amount)
  union all
  select 10, d.account_id, format('dispute %s is %s, and no event says so', d.dispute_id, d.status)
  from farthing.disputes d
  where not exists (select from farthing.inbox i where i.state = 'processed'
    and i.type like 'charge.dispute.%' and i.facts ->> 'dispute_id' = d.dispute_id
    and left(i.facts ->> 'status', 64) = d.status)
  union all
  select 10, m.account_id, format('%s of dispute %s moved %s, and no event says so', m.transaction_id,
    m.dispute_id, m.amount)
  from farthing.dispute_movements m
  where not exists (
    select from farthing.inbox i, jsonb_array_elements(nullif(i.facts -> 'movements', 'null')) t (told)
    where i.state = 'processed' and i.type like 'charge.dispute.%' and i.facts ->> 'dispute_id' = m.dispute_id
      and t.told ->> 'id' = m.transaction_id and (t.told ->> 'amount')::bigint = m.amount
      and t.told ->> 'currency' = m.currency
      and nullif((t.told ->> 'exchange_rate')::numeric, 0)::numeric(30, 12)
        is not distinct from m.exchange_rate)
$$;
comment on function farthing.prove_events() is
  'Rule 10: the state of each refund and dispute comes from a Stripe event, and so does each movement of a '
  'dispute.';
