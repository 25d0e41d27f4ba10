-- The entries of purchases, which no index of the entries finds, and the evidence of orders. The
-- evidence is looked up once, when the purchase is sealed, because a report of a year would have to
-- look it up for each order.

create function farthing.missing_evidence(p_account_id bigint, p_order_id uuid)
returns text
language sql stable
set search_path = ''
as $$
  select nullif(concat_ws(' ', case when not exists (select from farthing.inbox i
      where i.facts ->> 'order_id' = p_order_id::text and i.state = 'processed'
        and i.facts ->> 'payment_status' in ('paid', 'no_payment_required')
        and i.type <> 'checkout.session.expired') then 'stripe_event' end,
    case when not exists (select from farthing.lots l where l.account_id = p_account_id
      and l.order_id = p_order_id and l.source = 'paid') then 'lot' end), '')
$$;
comment on function farthing.missing_evidence(bigint, uuid) is
  'Returns the evidence that an order lacks besides its entry: stripe_event (an applied event that says '
  'paid) and lot, separated by a space; null if neither is missing.';

create function farthing.add_order_entries(p_accounts bigint[], p_after bigint[], p_upto bigint[])
returns void
language sql
set search_path = ''
as $$
  insert into farthing.order_entries (order_id, account_id, seq, begun_on, paid_on, credits, missing)
  select o.order_id, e.account_id, e.seq,
    case o.kind when 'package' then (o.created_at at time zone 'UTC')::date end,
    (o.paid_at at time zone 'UTC')::date, o.credits, farthing.missing_evidence(e.account_id, o.order_id)
  from unnest(p_accounts, p_after, p_upto) r (account_id, after, upto)
  join farthing.entries e on e.account_id = r.account_id and e.seq > r.after and e.seq <= r.upto
  join farthing.orders o on o.account_id = e.account_id and o.order_id = e.reference_id::uuid
  where e.kind = 'purchase'
  on conflict (order_id) do nothing
$$;
comment on function farthing.add_order_entries(bigint[], bigint[], bigint[]) is
  'Stores the purchases among the entries of each account after p_after and up to p_upto, with the '
  'days and credits of their orders and the missing evidence. seal_entries() calls it.';

create function farthing.orders_without_evidence(p_range farthing.day_range)
returns table (order_id uuid, missing text)
language plpgsql stable
set search_path = ''
as $$
declare
  v_sealed_until timestamptz := (select u.at from farthing.sealed_until u);
  v_begins timestamptz;
  v_ends timestamptz;
begin
  for v_begins, v_ends in
    select t.begins, t.ends
    from generate_series(p_range.first_day::timestamp, p_range.last_day, interval '1 day') d
    cross join lateral (select d at time zone 'UTC' as begins,
      (d + interval '1 day') at time zone 'UTC' as ends offset 0) t
    where t.begins < v_sealed_until and (t.ends > v_sealed_until
      -- A day is skipped if order_entries has all orders that were paid on that day, with complete
      -- evidence. To see this, it is enough to count both.
      or (select count(*) from farthing.orders o where o.paid_at >= t.begins and o.paid_at < t.ends)
        <> (select count(*) from farthing.order_entries n where n.paid_on = d::date and n.missing is null))
  loop
    return query
    select p.order_id, m.missing
    from farthing.orders p
    left join farthing.order_entries n on n.order_id = p.order_id
    -- Evidence that was missing may have arrived since, so it is looked up again.
    -- prove_order_entries() checks the rows that have all evidence.
    cross join lateral (select nullif(concat_ws(' ', farthing.missing_evidence(p.account_id, p.order_id),
      case when n.order_id is null then 'entry' end), '') as missing) m
    -- The purchase of an order that was paid after the last seal is not in order_entries yet.
    where p.paid_at >= v_begins and p.paid_at < v_ends and p.paid_at < v_sealed_until
      and (n.order_id is null or n.missing is not null) and m.missing is not null;
  end loop;
end
$$;
comment on function farthing.orders_without_evidence(farthing.day_range) is
  'Returns the sealed orders that were paid in a range of days and lack evidence: stripe_event (an applied '
  'event that says paid), lot, or entry.';

create function farthing.prove_order_entries()
returns table (rule int, account_id bigint, detail text)
language sql stable
set search_path = ''
as $$
  select 14, n.account_id, format('order %s is noted with entry %s, which is not its sealed purchase',
    n.order_id, n.seq)
  from farthing.order_entries n
  left join farthing.entries e on e.account_id = n.account_id and e.seq = n.seq and e.kind = 'purchase'
    and e.reference_id = n.order_id::text
    and exists (select from farthing.entry_seals s where s.account_id = e.account_id and s.seq = e.seq)
  where e.seq is null
  union all
  select 14, e.account_id, format('seq %s is the purchase of order %s and is not noted', e.seq,
    e.reference_id)
  from farthing.entries e
  join farthing.entry_seals s on s.account_id = e.account_id and s.seq = e.seq
  where e.kind = 'purchase' and not exists (select from farthing.order_entries n
    where n.account_id = e.account_id and n.seq = e.seq)
  union all
  select 14, n.account_id, format('order %s is noted with other days or credits than its own', n.order_id)
  from farthing.order_entries n
  left join farthing.orders o on o.account_id = n.account_id and o.order_id = n.order_id
  where (n.begun_on, n.paid_on, n.credits) is distinct from (case o.kind when 'package'
      then (o.created_at at time zone 'UTC')::date end, (o.paid_at at time zone 'UTC')::date, o.credits)
  union all
  select 14, n.account_id, format('order %s is noted with all evidence and has no %s', n.order_id, m.missing)
  from farthing.order_entries n
  cross join lateral (select farthing.missing_evidence(n.account_id, n.order_id) as missing) m
  where n.missing is null and m.missing is not null
$$;
comment on function farthing.prove_order_entries() is
  'Rule 14: the entries that are noted as purchases of orders are the sealed purchases, with the days '
  'and credits of these orders, and evidence that is noted as complete exists.';
