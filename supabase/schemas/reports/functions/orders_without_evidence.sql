-- Paid orders that lack evidence: an event of Stripe, a lot or an entry. The evidence is looked up
-- once, when the purchase is sealed. Otherwise each report of a year would have to look it up for
-- every order again.

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
  'Returns the evidence that an order lacks besides its entry: stripe_event (an applied event that '
  'reports the payment) and lot, separated by a space; null if neither is missing.';

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
      -- A day is skipped if all orders that were paid on that day are in order_entries with
      -- complete evidence. This is so if the two counts below are equal.
      or (select count(*) from farthing.orders o where o.paid_at >= t.begins and o.paid_at < t.ends)
        <> (select count(*) from farthing.order_entries n where n.paid_on = d::date and n.missing is null))
  loop
    return query
    select p.order_id, m.missing
    from farthing.orders p
    left join farthing.order_entries n on n.order_id = p.order_id
    -- Evidence that was missing may have arrived in the meantime, so it is looked up again.
    -- prove_order_entries() checks the rows that have all evidence.
    cross join lateral (select nullif(concat_ws(' ', farthing.missing_evidence(p.account_id, p.order_id),
      case when n.order_id is null then 'entry' end), '') as missing) m
    -- An order that was paid after the last seal is left out, because its purchase is not in
    -- order_entries yet.
    where p.paid_at >= v_begins and p.paid_at < v_ends and p.paid_at < v_sealed_until
      and (n.order_id is null or n.missing is not null) and m.missing is not null;
  end loop;
end
$$;
comment on function farthing.orders_without_evidence(farthing.day_range) is
  'Returns the sealed orders that were paid in a range of days and lack evidence: stripe_event (an '
  'applied event that reports the payment), lot, or entry.';

create function farthing.orders_without_evidence_listed()
returns int
language sql immutable
set search_path = ''
as $$
  -- If many of Stripe's events were lost, a full list would have a row for each order.
  select 100
$$;
comment on function farthing.orders_without_evidence_listed() is
  'Returns a limit: the key figures list the ids of at most this many orders without evidence.';
