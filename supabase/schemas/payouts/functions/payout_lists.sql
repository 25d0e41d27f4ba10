-- Stripe's list of a payout's balance transactions. The payment runner fetches the list page by
-- page. The list is stored, because one of our records may arrive after the list: the stored list
-- can then be compared again without another request to Stripe. The list contains ids, amounts, and
-- our id from Stripe's metadata, and no personal data.

create function farthing.plan_reconciliation(p_payout farthing.payouts, p_now timestamptz)
returns void
language sql
set search_path = ''
as $$
  -- Stripe can list only the transactions of automatic payouts, and sends an event when a list is
  -- available. Without that event the list is requested an hour after the payout was paid or
  -- returned.
  insert into farthing.reconciliations as r (payout_id, due_at)
  select p_payout.payout_id, p_now + case p_payout.reconciliation when 'completed' then interval '0'
    else interval '1 hour' end
  where p_payout.automatic and (p_payout.reconciliation = 'completed'
    or p_payout.status in ('paid', 'failed'))
  on conflict (payout_id) do update set due_at = least(r.due_at, excluded.due_at) where r.listed_at is null
$$;
comment on function farthing.plan_reconciliation(farthing.payouts, timestamptz) is
  'Plans the fetching of a payout''s list for the time when Stripe should have it. A manual payout has '
  'no list.';

create function farthing.fetch_lists_again(p_now timestamptz)
returns void
language sql
set search_path = ''
as $$
  -- The stored list may be wrong and cause the difference, so the list is fetched from Stripe
  -- again.
  update farthing.reconciliations r set due_at = p_now
  where r.due_at is null and r.listed_at <= p_now - interval '1 day' and r.payout_id in (
    select m.payout_id from farthing.mismatches m
    where m.resolved_at is null and m.found_at > p_now - interval '30 days')
$$;
comment on function farthing.fetch_lists_again(timestamptz) is
  'Plans a new fetch of each list that has an open difference, once a day for 30 days.';

create function farthing.payout_list_is_due(p_row farthing.reconciliations, p_now timestamptz)
returns boolean
language sql stable
set search_path = ''
as $$
  -- A run takes much less than five minutes, so an older claim belongs to a runner that died.
  select p_row.due_at <= p_now and coalesce(p_row.claimed_at <= p_now - interval '5 minutes', true)
$$;
comment on function farthing.payout_list_is_due(farthing.reconciliations, timestamptz) is
  'Returns whether a payout''s list is due and no runner is fetching it.';

create function farthing.payout_lists_are_due(p_now timestamptz)
returns boolean
language sql stable
set search_path = ''
as $$
  select exists (select from farthing.reconciliations r
    where r.due_at <= p_now and farthing.payout_list_is_due(r, p_now))
$$;
comment on function farthing.payout_lists_are_due(timestamptz) is
  'Returns whether the payment runner has a payout''s list to fetch.';

create function farthing.our_id_of(p_id text, p_mark text)
returns uuid
language plpgsql stable
set search_path = ''
as $$
declare
  v_id uuid;
begin
  -- Users of Stripe's dashboard, and other apps on the account, can write anything into the
  -- metadata, so p_id may be any text.
  if p_id !~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then
    return null;
  end if;
  v_id := p_id::uuid;
  return case when farthing.bears_our_mark(jsonb_build_object('mark', p_mark))
    or exists (select from farthing.orders where order_id = v_id)
    or exists (select from farthing.bookings where booking_id = v_id)
    or exists (select from farthing.refunds where refund_id = v_id) then v_id end;
end
$$;
comment on function farthing.our_id_of(text, text) is
  'p_id and p_mark are texts from the same metadata at Stripe. Returns p_id as a uuid if p_mark is '
  'our installation_id, or if one of our orders, bookings or refunds has this id; otherwise null.';

create function farthing.note_transactions(p_payout_id text, p_transactions jsonb, p_now timestamptz)
returns void
language plpgsql
set search_path = ''
as $$
begin
  -- The revenue lines are locked before the balance transactions, because Stripe's events and
  -- book_missing_lines() lock them in this order, too.
  lock table farthing.revenue_lines in row exclusive mode;
  insert into farthing.balance_transactions as t (transaction_id, payout_id, kind, type, reporting_category,
    description, source_id, payment_id, charge_id, fee_id, transfer_id, our_id, source_amount,
    source_currency, amount, fee, net, currency, occurred_at, available_on)
  select g.transaction_id, p_payout_id, g.kind, g.type, g.reporting_category, left(g.description, 255),
    g.source_id, g.payment_id, g.charge_id, g.fee_id, g.transfer_id, farthing.our_id_of(g.our_id, g.mark),
    g.source_amount, g.source_currency, g.amount, g.fee, g.net, g.currency, to_timestamp(g.occurred_at),
    to_timestamp(g.available_on)
  from jsonb_to_recordset(p_transactions) g (transaction_id text, kind text, type text,
    reporting_category text, description text, source_id text, payment_id text, charge_id text, fee_id text,
    transfer_id text, our_id text, mark text, source_amount bigint, source_currency text, amount bigint,
    fee bigint, net bigint, currency text, occurred_at bigint, available_on bigint)
  -- The rows are locked in a fixed order, so that two runners that store the same balance
  -- transactions cannot deadlock.
  order by g.transaction_id
  on conflict (transaction_id) do update set payout_id = coalesce(excluded.payout_id, t.payout_id),
    in_list = true, our_id = excluded.our_id,
    payment_id = excluded.payment_id, source_amount = excluded.source_amount, amount = excluded.amount,
    fee = excluded.fee, net = excluded.net, available_on = excluded.available_on;
  perform farthing.book_transaction(t, p_now)
  from farthing.balance_transactions t
  where t.transaction_id in (select g ->> 'transaction_id' from jsonb_array_elements(p_transactions) g);
end
$$;
comment on function farthing.note_transactions(text, jsonb, timestamptz) is
  'Stores a page of balance transactions, from a payout''s list or from the list of a period '
  '(p_payout_id is null), and books their fees. If a transaction is already stored, Stripe''s '
  'current version replaces it.';

create function farthing.record_payout_page(
  p_claimed farthing.reconciliations, p_transactions jsonb, p_after text, p_now timestamptz)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_dropped farthing.balance_transactions;
begin
  lock table farthing.revenue_lines in row exclusive mode; -- as in note_transactions()
  if p_claimed.list_after is null then
    update farthing.balance_transactions set in_list = false where payout_id = p_claimed.payout_id;
  end if;
  perform farthing.note_transactions(p_claimed.payout_id, p_transactions, p_now);
  if p_after is null then
    -- A balance transaction that was in the earlier list but is not in the new list does not belong
    -- to the payout.
    for v_dropped in update farthing.balance_transactions set payout_id = null, in_list = true
      where payout_id = p_claimed.payout_id and not in_list returning *
    loop
      perform farthing.book_transaction(v_dropped, p_now);
    end loop;
    perform farthing.release_advances(p_claimed.payout_id, p_now);
  end if;
  update farthing.reconciliations
  set list_after = p_after, listed_at = case when p_after is null then p_now end,
    due_at = case when p_after is not null then p_now end, attempts = 0,
    claimed_at = case when p_after is not null then claimed_at end
  where payout_id = p_claimed.payout_id;
end
$$;
comment on function farthing.record_payout_page(farthing.reconciliations, jsonb, text, timestamptz) is
  'Stores a page of a claimed list, and how far the list was fetched. p_after: the page''s last '
  'transaction, or null for the last page. The caller has locked the reconciliation.';

create function farthing.find_never_listed(p_now timestamptz)
returns int
language sql
set search_path = ''
as $$
  -- Stripe usually has a list within hours. While a payout has no list, it is unknown which
  -- payments it contains and which it lacks.
  with noted as (
    insert into farthing.mismatches as m (kind, subject, payout_id, theirs, found_at, seen_at)
    select 'never_listed', p.payout_id, p.payout_id, concat_ws(' ', p.amount, p.currency, p.status), p_now,
      p_now
    from farthing.reconciliations r join farthing.payouts p using (payout_id)
    where r.due_at is not null and r.reconciled_at is null and p.status = 'paid'
      and p.reported_at < p_now - interval '3 days'
      and not farthing.is_resolved_by_operator('never_listed', p.payout_id, p.payout_id, null,
        concat_ws(' ', p.amount, p.currency, p.status))
    on conflict (kind, subject, coalesce(payout_id, '')) where resolved_at is null
    do update set seen_at = greatest(m.seen_at, p_now)
    returning 1
  )
  select count(*)::int from noted
$$;
comment on function farthing.find_never_listed(timestamptz) is
  'Records paid payouts whose list could not be fetched within three days. Returns their number. '
  'reconcile() resolves such a record when the list has arrived.';
