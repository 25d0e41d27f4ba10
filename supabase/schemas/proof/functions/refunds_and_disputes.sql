-- The proof of refunds, disputes and clawbacks (rule 10). It compares their rows with Stripe's
-- events and with the entries.

create function farthing.prove_reversals()
returns setof farthing.violation
language plpgsql stable
set search_path = ''
as $$
begin
  return query
  -- The money that banks have withdrawn for each dispute. The sum is exact if all movements are in
  -- the order's currency; otherwise it is a share of the disputed amount.
  with moved as (
    select d.account_id, d.order_id, d.status, case d.currency when o.currency then d.amount
        else o.amount_total end
        as claimed,
      coalesce(sum(-m.amount) filter (where m.currency = o.currency), 0) as same,
      coalesce(sum(-m.amount / coalesce(m.exchange_rate, 1)) filter (where m.currency <> o.currency), 0)
        as other,
      max(-m.amount / coalesce(m.exchange_rate, 1)) filter (where m.amount < 0) as whole,
      bool_or(m.currency <> o.currency) as is_converted
    from farthing.disputes d join farthing.orders o on o.account_id = d.account_id and o.order_id = d.order_id
    left join farthing.dispute_movements m on m.account_id = d.account_id and m.dispute_id = d.dispute_id
    group by d.account_id, d.dispute_id, o.account_id, o.order_id
  ), gone as (
    select v.*, greatest(0, case when v.is_converted
        then round(v.claimed * least(1, coalesce(round(v.other / v.whole, 2), 0))) else v.same end)
        as withdrawn,
      v.status not in ('won', 'lost', 'prevented') and v.status not like 'warning\_%' as is_undecided
    from moved v
  ), said as (
    select o.*, o.credits + o.bonus_credits as granted, r.refunded, g.withdrawn as lost,
      g.withdrawn > 0 or g.undecided or g.unpaid as disputed,
      g.undecided or g.unpaid or exists (select from farthing.fraud_warnings w
        where w.account_id = o.account_id and w.order_id = o.order_id and w.state = 'open') as doubted
    from farthing.orders o
    cross join lateral (select coalesce(sum(f.amount), 0) as refunded from farthing.refunds f
      where f.account_id = o.account_id and f.order_id = o.order_id
        and f.status not in ('requested', 'failed', 'canceled')) r
    cross join lateral (select coalesce(sum(n.withdrawn), 0) as withdrawn,
        coalesce(bool_or(n.is_undecided), false) as undecided,
        coalesce(bool_or(n.status = 'prevented'
          and n.withdrawn + r.refunded < least(n.claimed, o.amount_total)), false) as unpaid
      from gone n where n.account_id = o.account_id and n.order_id = o.order_id) g
    where o.payment_ref is not null
  )
  select 10, s.account_id, format('order %s: %s of %s came back, %s of %s credits are clawed back',
    s.order_id, s.refunded + s.lost, s.amount_total, s.credits_clawed_back, s.granted)
  from said s -- scaled by 1e18 and computed with integers, because a numeric division would round
  where s.credits_clawed_back
      <> coalesce(div(s.granted * 1e18 * least(s.refunded + s.lost, s.amount_total),
        nullif(s.amount_total, 0)) * 1e-18, 0)
  union all
  select 10, s.account_id, format('order %s is %s: refunded %s, says %s, disputed %s', s.order_id, s.status,
    s.refunded, s.amount_refunded, s.disputed)
  from said s
  where s.amount_refunded <> s.refunded or s.status <> case when s.disputed then 'disputed'
    when s.refunded = 0 then 'paid' when s.refunded >= s.amount_total then 'refunded'
    else 'partially_refunded' end
  union all
  select 10, s.account_id, format('lot %s is %s, its payment is %s', l.lot_id,
    case when l.frozen then 'frozen' else 'free' end, case when s.doubted then 'in doubt' else 'clear' end)
  from said s join farthing.lots l on l.account_id = s.account_id and l.order_id = s.order_id
  where l.frozen <> s.doubted;
end
$$;
comment on function farthing.prove_reversals() is
  'Rule 10: the clawed-back credits are the share that was refunded or withdrawn, in whatever '
  'sequence the events arrived; the state of an order and the freeze of its lots agree with its '
  'refunds, disputes and fraud warnings.';

create function farthing.prove_requested_refunds()
returns setof farthing.violation
language plpgsql stable
set search_path = ''
as $$
begin
  return query
  select 10, r.account_id, format('refunds of order %s: %s of %s', r.order_id, sum(r.amount),
    o.amount_total)
  from farthing.refunds r
  join farthing.orders o on o.account_id = r.account_id and o.order_id = r.order_id
  -- Only refunds that were requested here are added up. If refunds from the dashboard were added,
  -- the sum could be too high for a while: if a refund fails and a new refund is made in the
  -- dashboard, the event of the new refund may arrive first.
  where r.status not in ('failed', 'canceled') and r.requested_by <> 'stripe'
  group by r.account_id, r.order_id, o.amount_total having sum(r.amount) > o.amount_total;
end
$$;
comment on function farthing.prove_requested_refunds() is
  'Rule 10: the refunds that were requested here never exceed the order.';

create function farthing.prove_events()
returns setof farthing.violation
language plpgsql stable
set search_path = ''
as $$
begin
  return query
  select 10, r.account_id, format('refund %s is %s of %s, and no event says so', r.refund_id, r.status,
    r.amount)
  from farthing.refunds r
  -- A refund without Stripe's id failed before Stripe made it and has no event. If an event has no
  -- state, or has the state `requested`, which is ours and not Stripe's, the refund's state is
  -- stored as `unknown`.
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
        is not distinct from m.exchange_rate);
end
$$;
comment on function farthing.prove_events() is
  'Rule 10: the state of each refund and dispute, and each movement of a dispute, comes from a Stripe '
  'event.';

create function farthing.prove_clawbacks()
returns setof farthing.violation
language plpgsql stable
set search_path = ''
as $$
begin
  return query
  select 10, o.account_id, format('order %s granted %s, %s were clawed back, it says %s', o.order_id,
    o.credits + o.bonus_credits, coalesce(e.net, 0), o.credits_clawed_back)
  from farthing.orders o
  left join (select n.account_id, n.reference_id,
      sum(case n.direction when 'out' then n.amount else -n.amount end) as net
    from farthing.entries n where n.counterparty = 'clawback' and n.reference_type = 'order'
    group by n.account_id, n.reference_id) e
    on e.account_id = o.account_id and e.reference_id = o.order_id::text
  where coalesce(e.net, 0) not between 0 and o.credits + o.bonus_credits
    or o.credits_clawed_back <> coalesce(e.net, 0)
  union all
  select 10, l.account_id, format('lot %s: %s clawed back, its entries say %s', l.lot_id, l.clawed_back,
    e.net)
  from farthing.lots l
  left join (select n.account_id, n.lot_id, sum(case n.direction when 'out' then n.amount else -n.amount end)
    as net
    from farthing.entries n where n.counterparty = 'clawback' and n.lot_id is not null
    group by n.account_id, n.lot_id) e on e.account_id = l.account_id and e.lot_id = l.lot_id
  where l.clawed_back <> coalesce(e.net, 0);
end
$$;
comment on function farthing.prove_clawbacks() is
  'Rule 10: no more is clawed back than the order granted, and the clawed-back credits of orders and '
  'lots agree with their entries.';
