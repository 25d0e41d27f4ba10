-- Movements of lots per day. They are summed when entries are sealed, because entries have no index
-- by time: such an index would slow every debit. A report then reads a few rows per day.

create view farthing.lot_movements with (security_invoker = true) as
select e.account_id, e.seq, e.lot_id, (e.created_at at time zone 'UTC')::date as day,
  case e.direction when 'in' then e.amount else -e.amount end as change,
  case when e.counterparty = 'usage' then 'used' when e.counterparty = 'breakage' then 'expired'
    when e.counterparty <> 'clawback' then 'granted' when e.metadata ? 'refund_id' then 'refunded'
    else 'disputed' end as movement
from farthing.entries e;
comment on view farthing.lot_movements is
  'Entries as movements of their lots: the change of the lot''s remaining credits, and the kind of '
  'movement. An entry without a lot changes the debt.';

create function farthing.book_debt_payments()
returns table (account_id bigint, after_seq bigint, payment_id bigint, day date, lot_id uuid, amount numeric)
language sql
set search_path = ''
as $$
  update farthing.debt_payment_days b
  -- The day is never before the day of sealed_until: earlier days are reported as complete, so they
  -- must not change.
  set day = (greatest(p.created_at, u.at) at time zone 'UTC')::date
  from farthing.debt_payments p, farthing.sealed_until u
  where b.day is null and p.account_id = b.account_id and p.payment_id = b.payment_id
    and exists (select from farthing.entry_seals s
      where s.account_id = b.account_id and s.seq = b.after_seq)
  returning b.account_id, b.after_seq, b.payment_id, b.day, p.lot_id, p.amount
$$;
comment on function farthing.book_debt_payments() is
  'Finds each payment of debt that follows a sealed entry and has no day yet, stores its day, and '
  'returns the payment. add_lot_days() calls it.';

create function farthing.add_lot_days(p_accounts bigint[], p_after bigint[], p_upto bigint[])
returns void
language sql
set search_path = ''
as $$
  with paid as materialized (
    select * from farthing.book_debt_payments()
  ), moved as not materialized (
    -- `place` puts the movements of an account in sequence. An entry gets an even number, and a
    -- payment of debt gets the odd number after the entry that it follows.
    select m.account_id, 2 * m.seq as place, 0::bigint as payment_id, m.lot_id, m.day, m.change, m.movement
    from unnest(p_accounts, p_after, p_upto) r (account_id, after, upto)
    join farthing.lot_movements m on m.account_id = r.account_id and m.seq > r.after and m.seq <= r.upto
    union all
    select p.account_id, 2 * p.after_seq + 1, p.payment_id, s.lot_id, p.day, s.change, 'debt_paid'
    from paid p cross join lateral (values (p.lot_id, -p.amount), (null, p.amount)) s (lot_id, change)
  ), grouped as (
    select m.account_id, m.lot_id, m.day, m.movement, sum(m.change) as change, min(m.place) as place,
      max(m.place) as last_place
    from moved m group by m.account_id, m.lot_id, m.day, m.movement
  ), interleaved as (
    select distinct g.account_id, g.lot_id
    from (select *, max(last_place) over (partition by account_id, lot_id order by place
        rows between unbounded preceding and 1 preceding) >= place as overlaps from grouped) g
    where g.overlaps and g.lot_id is not null
  ), pieces as (
    -- Consecutive movements of one kind can be summed without changing a lot's value. Only the few
    -- lots whose kinds of movement alternate are computed movement by movement.
    select g.account_id, g.place, 0 as payment_id, g.lot_id, g.day, g.change, g.movement
    from grouped g where not exists (select from interleaved i
      where i.account_id = g.account_id and i.lot_id = g.lot_id)
    union all
    select m.account_id, m.place, m.payment_id, m.lot_id, m.day, m.change, m.movement
    from interleaved i join moved m on m.account_id = i.account_id and m.lot_id = i.lot_id
  ), located as (
    select p.*, coalesce(l.source::text, 'debt') as source, l.amount, l.price, o.currency
    from pieces p
    left join farthing.lots l on l.account_id = p.account_id and l.lot_id = p.lot_id
    left join farthing.orders o on l.price > 0 and o.account_id = l.account_id and o.order_id = l.order_id
  ), running as (
    select m.*, coalesce(d.value, 0) as value_before,
      coalesce(d.remaining, 0) + sum(m.change) over w as remaining, row_number() over w as nr,
      count(*) over (partition by m.account_id, m.lot_id) as moves
    from located m
    left join farthing.deferred_lots d on d.account_id = m.account_id and d.lot_id = m.lot_id
    where m.price > 0
    window w as (partition by m.account_id, m.lot_id order by m.place, m.payment_id)
  ), valued as (
    -- The quotient is rounded half up to whole minor units. The changes of one lot's value add up
    -- to its price, because each change begins at the value at which the previous change ended.
    select r.*, div(2 * r.price * r.remaining + r.amount, 2 * r.amount)::bigint as value from running r
  ), lots as (
    insert into farthing.deferred_lots as d (account_id, lot_id, currency, remaining, value)
    select v.account_id, v.lot_id, v.currency, v.remaining, v.value from valued v where v.nr = v.moves
    on conflict (account_id, lot_id) do update set remaining = excluded.remaining, value = excluded.value
  ), changes as (
    select v.day, v.source, v.currency, v.movement, v.change,
      v.value - lag(v.value, 1, v.value_before) over w as value_change
    from valued v window w as (partition by v.account_id, v.lot_id order by v.nr)
    union all
    select m.day, m.source, '', m.movement, m.change, 0 from located m where coalesce(m.price, 0) = 0
  )
  insert into farthing.lot_days as d (day, source, currency, movement, credits, value)
  select c.day, c.source, c.currency, c.movement,
    sum(c.change) * case c.movement when 'granted' then 1 else -1 end,
    sum(c.value_change) * case c.movement when 'granted' then 1 else -1 end
  from changes c group by c.day, c.source, c.currency, c.movement
  on conflict (day, source, currency, movement) do update
  set credits = d.credits + excluded.credits, value = d.value + excluded.value
$$;
comment on function farthing.add_lot_days(bigint[], bigint[], bigint[]) is
  'Adds movements of lots to lot_days: the movements by each account''s entries after p_after, up '
  'to p_upto, and the movements by payments of debt that follow a sealed entry. seal_entries() '
  'calls it.';

create function farthing.note_sealed_until(p_now timestamptz)
returns void
language sql
set search_path = ''
as $$
  -- A minute is subtracted, because the time of an entry is the beginning of its transaction, which
  -- may commit later.
  update farthing.sealed_until set at = greatest(at, p_now - interval '1 minute') where one_row
$$;
comment on function farthing.note_sealed_until(timestamptz) is
  'Stores that every entry at least a minute older than p_now is sealed. seal() calls it.';

create function farthing.note_debt_payment()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  insert into farthing.debt_payment_days (account_id, payment_id, after_seq)
  select new.account_id, new.payment_id, a.last_seq from farthing.accounts a
  where a.account_id = new.account_id;
  return null;
end
$$;
comment on function farthing.note_debt_payment() is
  'Trigger: records a payment of debt, so that it is summed later with the entries of its account.';
