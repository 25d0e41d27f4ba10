-- The entries of purchases, which entries' indexes do not find.

create function farthing.add_order_entries(p_accounts bigint[], p_after bigint[], p_upto bigint[])
returns void
language sql
set search_path = ''
as $$
  insert into farthing.order_entries (order_id, account_id, seq)
  select e.reference_id::uuid, e.account_id, e.seq
  from unnest(p_accounts, p_after, p_upto) r (account_id, after, upto)
  join farthing.entries e on e.account_id = r.account_id and e.seq > r.after and e.seq <= r.upto
  where e.kind = 'purchase'
  on conflict (order_id) do nothing
$$;
comment on function farthing.add_order_entries(bigint[], bigint[], bigint[]) is
  'Stores which entries are purchases: for each account, of the entries after p_after and up to p_upto. '
  'seal_entries() calls it.';

create function farthing.order_evidence(p_range farthing.day_range)
returns table (order_id uuid, missing text)
language sql stable
set search_path = ''
as $$
  with paid as (
    -- The purchase of an order that was paid after the last seal is not in order_entries yet.
    select o.account_id, o.order_id from farthing.orders o, farthing.sealed_until u
    where o.paid_at >= p_range.first_day::timestamp at time zone 'UTC'
      and o.paid_at < (p_range.last_day + 1)::timestamp at time zone 'UTC' and o.paid_at < u.at
  ), events as (
    select distinct i.paid_order_id as order_id from farthing.inbox i
    where i.state = 'processed' and i.paid_order_id is not null
  )
  select p.order_id, nullif(concat_ws(' ', case when v.order_id is null then 'stripe_event' end,
    case when l.order_id is null then 'lot' end, case when n.order_id is null then 'entry' end), '')
  from paid p
  left join events v on v.order_id = p.order_id::text
  left join farthing.lots l on l.account_id = p.account_id and l.order_id = p.order_id and l.source = 'paid'
  -- prove_order_entries() compares these rows with the entries.
  left join farthing.order_entries n on n.order_id = p.order_id and n.account_id = p.account_id
$$;
comment on function farthing.order_evidence(farthing.day_range) is
  'Returns the sealed orders that were paid in a range of days, each with the missing evidence: '
  'stripe_event (an applied event that says paid), lot, entry; null if all three are there.';

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
$$;
comment on function farthing.prove_order_entries() is
  'Rule 14: the entries that are noted as purchases of orders are the sealed purchases.';
