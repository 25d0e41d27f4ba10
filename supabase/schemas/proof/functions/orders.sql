-- The proof of orders: Stripe's events, sales, granted credits and top-up charges agree (rule 9).

create function farthing.prove_payments()
returns setof farthing.violation
language plpgsql stable
set search_path = ''
as $$
begin
  return query
  with paid as (
    select lower(i.facts ->> 'order_id') as order_id,
      coalesce(i.facts ->> 'payment_id', i.facts ->> 'session_id') as payment_ref,
      (i.facts ->> 'amount')::bigint as total, (i.facts ->> 'amount_subtotal')::bigint as subtotal,
      coalesce((i.facts ->> 'amount_discount')::bigint, 0) as discount,
      coalesce((i.facts ->> 'amount_tax')::bigint, 0) as tax, i.facts ->> 'currency' as currency
    from farthing.inbox i
    where i.state = 'processed' and (i.facts ->> 'payment_status' = 'paid'
          and i.facts ->> 'payment_id' is not null
        or i.facts ->> 'payment_status' in ('paid', 'no_payment_required')
          and i.type = 'checkout.session.completed' and i.facts ->> 'amount' = '0')
      and i.facts ->> 'order_id' is not null and i.type ~ '^(checkout[.]session|payment_intent)[.]'
      and i.type <> 'checkout.session.async_payment_failed'
  )
  select 9, o.account_id, format('order %s was paid by %s, and no event says so', o.order_id, o.payment_ref)
  from farthing.orders o
  where o.payment_ref is not null and not exists (select from paid p
    where p.order_id = o.order_id::text and p.payment_ref = o.payment_ref and p.currency = o.currency
      and (p.total, coalesce(p.subtotal, o.amount), p.discount, p.tax)
        = (o.amount_total, o.amount, o.amount_discount, o.amount_tax))
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
  where o.kind = 'package' and (o.amount, o.credits, o.bonus_credits, o.package_name)
    is distinct from (case o.currency when k.currency then k.amount
      else (k.other_prices ->> o.currency)::bigint end, k.credits, k.bonus_credits, k.name);
end
$$;
comment on function farthing.prove_payments() is
  'Rule 9 for payments: a paid order has a Stripe event with its amounts; an order is paid if an '
  'event reports its payment; a package was sold at its terms.';

create function farthing.prove_grants()
returns setof farthing.violation
language plpgsql stable
set search_path = ''
as $$
begin
  return query
  with granted as (
    select o.account_id, o.order_id, o.payment_ref, o.credits, o.bonus_credits,
      coalesce(sum(e.amount) filter (where e.kind = 'purchase'), 0) as purchased,
      coalesce(sum(e.amount) filter (where e.kind = 'bonus'), 0) as bonus
    from farthing.orders o
    left join farthing.entries e on e.account_id = o.account_id and e.reference_type = 'order'
      and e.reference_id = o.order_id::text and e.direction = 'in'
    group by o.account_id, o.order_id
  )
  select 9, g.account_id, format('order %s: sold %s + %s, granted %s + %s', g.order_id, g.credits,
    g.bonus_credits, g.purchased, g.bonus)
  from granted g
  where (g.payment_ref is not null and (g.purchased <> g.credits or g.bonus <> g.bonus_credits))
    or (g.payment_ref is null and g.purchased + g.bonus <> 0)
  union all
  select 9, min(g.account_id), format('payment %s paid %s orders', g.payment_ref, count(*))
  from granted g where g.payment_ref is not null group by g.payment_ref having count(*) > 1
  union all
  select 9, e.account_id, format('seq %s: %s without an order of this account', e.seq, e.kind)
  from farthing.entries e
  where e.kind in ('purchase', 'bonus') and not exists (select from farthing.orders o
    where o.account_id = e.account_id and o.order_id::text = e.reference_id and e.reference_type = 'order');
end
$$;
comment on function farthing.prove_grants() is
  'Rule 9 for purchases: a payment paid only one order, a paid order granted the sold credits '
  'once, and no purchased credits were granted without an order.';

create function farthing.prove_top_ups()
returns setof farthing.violation
language plpgsql stable
set search_path = ''
as $$
begin
  return query
  select 9, o.account_id, format('top-up %s is %s, its charge is %s', o.order_id, o.status,
    coalesce(c.step, 'missing'))
  from farthing.orders o
  left join farthing.top_up_charges c on c.account_id = o.account_id and c.order_id = o.order_id
  where o.kind = 'top_up' and (c.step is null
    or (c.step = 'closed') = (o.status in ('pending', 'processing')))
  union all
  select 9, c.account_id, format('order %s has a top-up charge and is not a top-up', c.order_id)
  from farthing.top_up_charges c
  join farthing.orders o on o.account_id = c.account_id and o.order_id = c.order_id
  where o.kind <> 'top_up';
end
$$;
comment on function farthing.prove_top_ups() is
  'Rule 9 for top-ups: each top-up has one charge, which is open exactly as long as the top-up''s '
  'order is open.';
