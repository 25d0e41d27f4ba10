-- The proof: the sources and purposes of credits.

create function farthing.prove_grants()
returns table (rule int, account_id bigint, detail text)
language sql stable
set search_path = ''
as $$
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
    where o.account_id = e.account_id and o.order_id::text = e.reference_id and e.reference_type = 'order')
$$;
comment on function farthing.prove_grants() is
  'Rule 9 of purchases: one payment, one order, one grant of the sold credits, and no grant without an '
  'order.';

create function farthing.prove_usage()
returns table (rule int, account_id bigint, detail text)
language sql stable
set search_path = ''
as $$
  with charged as (
    -- Usage names its rate; a hold settled with an amount does not.
    select e.account_id, e.seq, e.transaction_id, e.reference_id as event_id,
      case e.reference_type when 'usage' then 'caller' else e.reference_type end as origin
    from farthing.entries e
    where e.reference_id is not null and (e.reference_type in ('usage', 'chat', 'job')
      or e.reference_type = 'hold' and e.metadata ? 'rate_version')
  )
  select 9, u.account_id, format('usage event %s (%s): entries %s to %s are not its own', u.event_id,
    u.origin, u.first_seq, u.last_seq)
  from farthing.usage_events u
  left join charged c on c.account_id = u.account_id and c.seq between u.first_seq and u.last_seq
    and c.origin = u.origin::text and c.event_id = u.event_id
  group by u.account_id, u.origin, u.event_id having count(c.seq) <> coalesce(u.last_seq - u.first_seq + 1, 0)
    or (u.first_seq is null) <> bool_or(u.usage is not null)
  union all
  select 9, c.account_id, format('usage event %s (%s) was charged %s times', c.event_id, c.origin,
    count(distinct c.transaction_id))
  from charged c
  group by c.account_id, c.origin, c.event_id having count(distinct c.transaction_id) > 1
  union all
  select 9, c.account_id, format('seq %s: usage event %s (%s) is not on record', c.seq, c.event_id, c.origin)
  from charged c
  where not exists (select from farthing.usage_events u
    where u.account_id = c.account_id and u.origin::text = c.origin and u.event_id = c.event_id
      and c.seq between u.first_seq and u.last_seq)
$$;
comment on function farthing.prove_usage() is 'Rule 9 of usage: one event, one charge, both on record.';

create function farthing.prove_holds()
returns table (rule int, account_id bigint, detail text)
language sql stable
set search_path = ''
as $$
  with charged as (
    -- A step of a job settles its hold with all of its usage: several events, one resolution.
    select e.account_id, coalesce(e.metadata ->> 'hold_id', e.reference_id) as hold_id, sum(e.amount)
      as amount,
      coalesce(sum(e.amount) filter (where e.lot_id is null), 0) as owed,
      count(distinct coalesce(e.metadata ->> 'step', e.transaction_id::text)) as times
    from farthing.entries e where e.kind = 'settle'
      and (e.metadata ? 'hold_id' or not e.metadata ? 'job_id') -- a job whose hold is used up charges without
    group by e.account_id, coalesce(e.metadata ->> 'hold_id', e.reference_id)
  )
  select 7, coalesce(h.account_id, c.account_id),
    format('hold %s %s: settled %s, short %s, charged %s, owed %s, in %s',
    coalesce(h.hold_id::text, c.hold_id), coalesce(h.status, 'unknown'), h.settled, h.shortfall, c.amount,
      c.owed, c.times)
  from farthing.holds h
  full join charged c on c.account_id = h.account_id and c.hold_id = h.hold_id::text
  where coalesce(h.settled, 0) <> coalesce(c.amount, 0) or coalesce(h.shortfall, 0) <> coalesce(c.owed, 0)
    or c.times > 1
$$;
comment on function farthing.prove_holds() is
  'Rule 7: a hold is charged at most once, with its settled amount, and only if settled.';

create function farthing.prove_clawbacks()
returns table (rule int, account_id bigint, detail text)
language sql stable
set search_path = ''
as $$
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
  where l.clawed_back <> coalesce(e.net, 0)
$$;
comment on function farthing.prove_clawbacks() is
  'Rule 10: no more is clawed back than the order granted, and orders and lots agree with their entries.';
