-- Movements of lots per day. Like the days of authors, they are summed when entries are sealed.

create function farthing.add_lot_days(p_accounts bigint[], p_after bigint[], p_upto bigint[])
returns void
language sql
set search_path = ''
as $$
  with paid as (
    update farthing.debt_payment_days b
    -- Days that are reported as complete do not change.
    set day = (greatest(p.created_at, u.at) at time zone 'UTC')::date
    from farthing.debt_payments p, farthing.sealed_until u
    where b.day is null and p.account_id = b.account_id and p.payment_id = b.payment_id
      and exists (select from farthing.entry_seals s
        where s.account_id = b.account_id and s.seq = b.after_seq)
    returning b.account_id, b.day, p.lot_id, p.amount
  ), moved as (
    select e.account_id, (e.created_at at time zone 'UTC')::date as day, e.lot_id,
      case e.direction when 'in' then e.amount else -e.amount end as change,
      case when e.counterparty = 'usage' then 'used' when e.counterparty = 'breakage' then 'expired'
        when e.counterparty <> 'clawback' then 'granted' when e.metadata ? 'refund_id' then 'refunded'
        else 'disputed' end as movement
    from unnest(p_accounts, p_after, p_upto) r (account_id, after, upto)
    join farthing.entries e on e.account_id = r.account_id and e.seq > r.after and e.seq <= r.upto
    union all
    select p.account_id, p.day, s.lot_id, s.change, 'debt_paid'
    from paid p cross join lateral (values (p.lot_id, -p.amount), (null, p.amount)) s (lot_id, change)
  )
  insert into farthing.lot_days as d (day, source, movement, credits)
  select m.day, coalesce(l.source::text, 'debt'), m.movement,
    sum(case m.movement when 'granted' then m.change else -m.change end)
  from moved m left join farthing.lots l on l.account_id = m.account_id and l.lot_id = m.lot_id
  group by 1, 2, 3
  on conflict (day, source, movement) do update set credits = d.credits + excluded.credits
$$;
comment on function farthing.add_lot_days(bigint[], bigint[], bigint[]) is
  'Adds the movements of lots to their days: for each account, the entries after p_after and up to '
  'p_upto, and the payments of debt that follow a sealed entry. seal_entries() calls it.';

create function farthing.note_sealed_until(p_now timestamptz)
returns void
language sql
set search_path = ''
as $$
  -- An entry has the time at which its transaction began.
  update farthing.sealed_until set at = greatest(at, p_now - interval '1 minute') where one_row
$$;
comment on function farthing.note_sealed_until(timestamptz) is
  'Stores that all entries are sealed at this moment. seal() calls it.';

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
  'Trigger: a payment of debt waits to be summed with the entries of its account.';
