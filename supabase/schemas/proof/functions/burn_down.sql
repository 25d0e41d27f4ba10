-- The proof of the burn-down order (rule 5).

create function farthing.prove_burn_down()
returns setof farthing.violation
language plpgsql stable
set search_path = ''
as $$
begin
  return query
  -- Only plain charges are checked, because a settled hold takes the lots that it had reserved.
  -- Lots that were frozen, reserved or reinstated are not checked, because a charge may have
  -- skipped such a lot for that reason.
  with used as (
    select l.*, coalesce(l.expires_at, 'infinity') as until, u.came, u.ended
    from farthing.lots l
    join (select e.account_id, e.lot_id, min(e.seq) as came,
        max(e.seq) filter (where e.kind in ('debit', 'usage')) as ended
      from farthing.entries e where e.lot_id is not null group by e.account_id, e.lot_id) u
      on u.account_id = l.account_id and u.lot_id = l.lot_id
    where u.ended is not null
  )
  select 5, m.account_id, format('seq %s took from lot %s while lot %s was to go first', min(e.seq), l.lot_id,
    m.lot_id)
  from used m
  join used l on l.account_id = m.account_id and l.ended > m.came
    and (m.priority, m.until, m.source, m.created_at, m.lot_id)
      < (l.priority, l.until, l.source, l.created_at, l.lot_id)
  join farthing.entries e on e.account_id = l.account_id and e.lot_id = l.lot_id and e.seq > m.came
    and e.seq < m.ended and e.kind in ('debit', 'usage') and m.until > e.created_at
  where not exists (select from farthing.hold_lots k
      join farthing.holds h on h.account_id = k.account_id and h.hold_id = k.hold_id
      where k.account_id = m.account_id and k.lot_id = m.lot_id and h.created_at <= e.created_at
        and coalesce(h.resolved_at, 'infinity') >= e.created_at)
    and not exists (select from farthing.entries b
      where b.account_id = m.account_id and b.lot_id = m.lot_id and b.kind = 'reinstatement')
    and not exists (select from farthing.debt_payments d
      where d.account_id = m.account_id and d.lot_id = m.lot_id and d.undoes is not null)
    and (m.order_id is null or not exists (select from farthing.disputes d
        where d.account_id = m.account_id and d.order_id = m.order_id)
      and not exists (select from farthing.fraud_warnings w
        where w.account_id = m.account_id and w.order_id = m.order_id))
  group by m.account_id, l.lot_id, m.lot_id;
end
$$;
comment on function farthing.prove_burn_down() is
  'Rule 5, as far as entries show it: no plain charge took credits from a lot while a lot before it in the '
  'burn-down order still had credits. A later charge that took credits from this earlier lot shows that the '
  'lot still had credits.';
