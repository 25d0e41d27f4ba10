-- The proof of the movements of lots per day (lot_days). The whole proof recomputes them from all
-- entries; the incremental proof compares their sums with the sums of entries and with the lots.

create function farthing.prove_lot_days()
returns setof farthing.violation
language plpgsql stable
set search_path = ''
as $$
begin
  return query
  with paid as (
    select p.account_id, b.after_seq, p.payment_id, b.day, p.lot_id, p.amount
    from farthing.debt_payment_days b
    join farthing.debt_payments p on p.account_id = b.account_id and p.payment_id = b.payment_id
    where b.day is not null
  ), moved as (
    select e.account_id, e.seq, 0 as payment_id, (e.created_at at time zone 'UTC')::date as day, e.lot_id,
      case e.kind when 'expiry' then 'expired' when 'clawback' then c.cause when 'reinstatement' then c.cause
        else case e.direction when 'in' then 'granted' else 'used' end end as movement,
      case when e.direction = 'out' or e.kind <> 'reinstatement' then e.amount else -e.amount end as credits,
      case e.direction when 'in' then e.amount else -e.amount end as change
    from farthing.entry_seals s
    join farthing.entries e on e.account_id = s.account_id and e.seq = s.seq
    cross join lateral (select case when e.metadata ->> 'refund_id' is null then 'disputed'
      else 'refunded' end as cause) c
    union all
    select p.account_id, p.after_seq, p.payment_id, p.day, p.lot_id, 'debt_paid', p.amount, -p.amount
    from paid p
    union all
    select p.account_id, p.after_seq, p.payment_id, p.day, null, 'debt_paid', -p.amount, p.amount
    from paid p
  ), valued as (
    select m.day, m.movement, m.credits, coalesce(l.source::text, 'debt') as source,
      case when l.price > 0 then o.currency else '' end as currency,
      case when l.price > 0 then div(l.amount + 2 * l.price * sum(m.change) over w, 2 * l.amount) else 0 end
        as after,
      case when l.price > 0 then div(l.amount + 2 * l.price * (sum(m.change) over w - m.change),
        2 * l.amount) else 0 end as before
    from moved m
    left join farthing.lots l on l.account_id = m.account_id and l.lot_id = m.lot_id
    left join farthing.orders o on o.account_id = l.account_id and o.order_id = l.order_id
    window w as (partition by m.account_id, m.lot_id order by m.seq, m.payment_id)
  ), sums as (
    select v.day, v.source, v.currency, v.movement, sum(v.credits) as credits,
      sum(v.after - v.before) * case v.movement when 'granted' then 1 else -1 end as value
    from valued v group by v.day, v.source, v.currency, v.movement
  )
  select 14, null::bigint, format('%s, %s %s %s: %s credits of value %s moved, %s of %s are summed up',
    coalesce(s.day, d.day), coalesce(s.source, d.source), coalesce(s.currency, d.currency),
    coalesce(s.movement, d.movement), coalesce(s.credits, 0), coalesce(s.value, 0), coalesce(d.credits, 0),
    coalesce(d.value, 0))
  from sums s full join farthing.lot_days d on d.day = s.day and d.source = s.source
    and d.currency = s.currency and d.movement = s.movement
  where (s.credits, s.value) is distinct from (d.credits, d.value::numeric)
  union all
  select 14, p.account_id, format('payment %s of debt is not noted for its day', p.payment_id)
  from farthing.debt_payments p
  where not exists (select from farthing.debt_payment_days b where b.account_id = p.account_id
    and b.payment_id = p.payment_id);
end
$$;
comment on function farthing.prove_lot_days() is
  'Rule 14: the credits in lot_days equal the credits that sealed entries and booked payments of '
  'debt moved, and the values in lot_days equal the changes of the lots'' values that these '
  'movements caused. Each payment of debt has a row in debt_payment_days.';

create function farthing.prove_lot_sums()
returns setof farthing.violation
language plpgsql stable
set search_path = ''
as $$
begin
  return query
  with entries as (
    select case e.kind when 'expiry' then 'expired' when 'clawback' then 'clawed back'
        when 'reinstatement' then 'clawed back' else case e.direction when 'in' then 'granted'
        else 'used' end end as movement,
      sum(case e.kind when 'reinstatement' then -e.amount else e.amount end) as credits
    from farthing.entry_sums e group by 1
  ), days as (
    select case when d.movement in ('refunded', 'disputed') then 'clawed back'
        else d.movement end as movement, sum(d.credits) as credits
    from farthing.lot_days d group by 1
  ), values_left as (
    select d.currency, sum(case d.movement when 'granted' then d.value else -d.value end) as value
    from farthing.lot_days d group by d.currency
  ), lots_left as (
    select d.currency, sum(d.value) as value from farthing.deferred_lots d where d.value <> 0
    group by d.currency
  )
  select 14, null::bigint, format('%s: %s credits in sealed entries, %s in days', movement,
    coalesce(e.credits, 0), coalesce(d.credits, 0))
  from entries e full join days d using (movement)
  where coalesce(e.credits, 0) <> coalesce(d.credits, 0)
  union all
  select 14, null, format('lots are worth %s %s, their days end with %s', coalesce(l.value, 0), currency,
    coalesce(v.value, 0))
  from lots_left l full join values_left v using (currency)
  where coalesce(l.value, 0) <> coalesce(v.value, 0)
  union all
  select 14, l.account_id, format('lot %s of %s: %s credits remain, worth %s of %s; summed up are %s, '
    'worth %s', l.lot_id, l.amount, l.remaining, w.worth, l.price, d.remaining, d.value)
  from farthing.lots l
  join farthing.accounts a on a.account_id = l.account_id
  left join farthing.deferred_lots d on d.account_id = l.account_id and d.lot_id = l.lot_id
  cross join lateral (select div(l.amount + 2 * l.price * coalesce(d.remaining, l.remaining), 2 * l.amount)
    as worth) w
  where l.price > 0 and ((d.remaining, d.value::numeric) is distinct from (l.remaining, w.worth))
    -- A lot's remaining credits may differ from the sum of its movements as long as its account has
    -- entries or payments of debt that are not in the sum yet.
    and (d.value <> w.worth or exists (select from farthing.entry_seals s
        where s.account_id = a.account_id and s.seq = a.last_seq)
      and not exists (select from farthing.debt_payment_days b
        where b.account_id = l.account_id and b.day is null));
end
$$;
comment on function farthing.prove_lot_sums() is
  'Rule 14: for each kind of movement, the credits in lot_days add up to the credits of the sealed '
  'entries; payments of debt cancel out, because each is counted once for its lot and once, with '
  'the opposite sign, for the debt. The values of all days add up to the value of the lots. The '
  'summed movements of a lot equal its remaining credits.';
