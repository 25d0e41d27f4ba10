-- The proof of holds (rule 7).

create function farthing.prove_holds()
returns setof farthing.violation
language plpgsql stable
set search_path = ''
as $$
begin
  return query
  with charged as (
    -- A step of a job settles its hold with all of its usage, so one settlement may have several
    -- usage events.
    select e.account_id, coalesce(e.metadata ->> 'hold_id', e.reference_id) as hold_id, sum(e.amount)
      as amount,
      coalesce(sum(e.amount) filter (where e.lot_id is null), 0) as owed,
      count(distinct coalesce(e.metadata ->> 'step', e.transaction_id::text)) as times
    from farthing.entries e where e.kind = 'settle'
      -- When a job's hold is used up, the job's later charges have no hold.
      and (e.metadata ? 'hold_id' or not e.metadata ? 'job_id')
    group by e.account_id, coalesce(e.metadata ->> 'hold_id', e.reference_id)
  )
  select 7, coalesce(h.account_id, c.account_id),
    format('hold %s %s: settled %s, short %s, charged %s, owed %s, in %s',
    coalesce(h.hold_id::text, c.hold_id), coalesce(h.status, 'unknown'), h.settled, h.shortfall, c.amount,
      c.owed, c.times)
  from farthing.holds h
  full join charged c on c.account_id = h.account_id and c.hold_id = h.hold_id::text
  where coalesce(h.settled, 0) <> coalesce(c.amount, 0) or coalesce(h.shortfall, 0) <> coalesce(c.owed, 0)
    or c.times > 1;
end
$$;
comment on function farthing.prove_holds() is
  'Rule 7: only a settled hold is charged. It is charged at most once, and exactly the settled '
  'amount.';

create function farthing.prove_reserved()
returns setof farthing.violation
language plpgsql stable
set search_path = ''
as $$
begin
  return query
  select 7, h.account_id, format('hold %s has the amount %s, its lots reserve %s', h.hold_id, h.amount,
    coalesce(k.kept, 0))
  from farthing.holds h
  left join (select l.account_id, l.hold_id, sum(l.amount) as kept from farthing.hold_lots l
    group by l.account_id, l.hold_id) k on k.account_id = h.account_id and k.hold_id = h.hold_id
  where k.kept is distinct from h.amount;
end
$$;
comment on function farthing.prove_reserved() is
  'Rule 7: the reserved lots of a hold add up to its amount, whether or not the hold is open.';
