-- The proof of the days of lots. The whole proof computes them again from the entries; the
-- incremental proof compares their sums with other sums.

create function farthing.prove_lot_days()
returns table (rule int, account_id bigint, detail text)
language sql stable
set search_path = ''
as $$
  with moved as (
    select (e.created_at at time zone 'UTC')::date as day, e.account_id, e.lot_id,
      case e.kind when 'expiry' then 'expired' when 'clawback' then c.cause when 'reinstatement' then c.cause
        else case e.direction when 'in' then 'granted' else 'used' end end as movement,
      case when e.direction = 'out' or e.kind <> 'reinstatement' then e.amount else -e.amount end as credits
    from farthing.entry_seals s
    join farthing.entries e on e.account_id = s.account_id and e.seq = s.seq
    cross join lateral (select case when e.metadata ->> 'refund_id' is null then 'disputed'
      else 'refunded' end as cause) c
    union all
    select b.day, p.account_id, p.lot_id, 'debt_paid', p.amount
    from farthing.debt_payment_days b
    join farthing.debt_payments p on p.account_id = b.account_id and p.payment_id = b.payment_id
    where b.day is not null
    union all
    select b.day, p.account_id, null, 'debt_paid', -p.amount
    from farthing.debt_payment_days b
    join farthing.debt_payments p on p.account_id = b.account_id and p.payment_id = b.payment_id
    where b.day is not null
  ), sums as (
    select m.day, coalesce(l.source::text, 'debt') as source, m.movement, sum(m.credits) as credits
    from moved m left join farthing.lots l on l.account_id = m.account_id and l.lot_id = m.lot_id
    group by 1, 2, 3
  )
  select 14, null::bigint, format('%s, %s %s: %s credits moved, %s are summed up', coalesce(s.day, d.day),
    coalesce(s.source, d.source), coalesce(s.movement, d.movement), coalesce(s.credits, 0),
    coalesce(d.credits, 0))
  from sums s full join farthing.lot_days d
    on d.day = s.day and d.source = s.source and d.movement = s.movement
  where s.credits is distinct from d.credits
  union all
  select 14, p.account_id, format('payment %s of debt is not noted for its day', p.payment_id)
  from farthing.debt_payments p
  where not exists (select from farthing.debt_payment_days b where b.account_id = p.account_id
    and b.payment_id = p.payment_id)
$$;
comment on function farthing.prove_lot_days() is
  'Rule 14: the days of lots are the sums of the sealed entries and of the booked payments of debt.';

create function farthing.prove_lot_sums()
returns table (rule int, account_id bigint, detail text)
language sql stable
set search_path = ''
as $$
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
  )
  select 14, null::bigint, format('%s: %s credits in sealed entries, %s in days', movement,
    coalesce(e.credits, 0), coalesce(d.credits, 0))
  from entries e full join days d using (movement)
  where coalesce(e.credits, 0) <> coalesce(d.credits, 0)
$$;
comment on function farthing.prove_lot_sums() is
  'Rule 14: the sums of all days of lots are the sums of the sealed entries. Payments of debt cancel out.';
