-- Of what a payout is made: Stripe's list, fetched page by page by the payments' runner and kept.
-- Why kept: what our side lacked is often only late. Then the same list is compared again, here, and Stripe
-- is not asked again. No personal data: ids, amounts, and the id of ours that Stripe has in its metadata.

create function farthing.plan_reconciliation(p_payout farthing.payouts, p_now timestamptz)
returns void
language sql
set search_path = ''
as $$
  -- Stripe knows of its own payouts alone what is in them, and tells when it does. Where that event does not
  -- come, it is asked an hour after the payout was paid, or returned.
  insert into farthing.reconciliations as r (payout_id, due_at)
  select p_payout.payout_id, p_now + case p_payout.reconciliation when 'completed' then interval '0'
    else interval '1 hour' end
  where p_payout.automatic and (p_payout.reconciliation = 'completed'
    or p_payout.status in ('paid', 'failed'))
  on conflict (payout_id) do update set due_at = least(r.due_at, excluded.due_at) where r.listed_at is null
$$;
comment on function farthing.plan_reconciliation(farthing.payouts, timestamptz) is
  'Has a payout''s list fetched as soon as Stripe has it; not of manual payouts, of which it has none.';

create function farthing.payout_list_is_due(p_row farthing.reconciliations, p_now timestamptz)
returns boolean
language sql stable
set search_path = ''
as $$
  -- A run ends long before five minutes: a claim older than that is a dead runner's.
  select p_row.due_at <= p_now and coalesce(p_row.claimed_at <= p_now - interval '5 minutes', true)
$$;
comment on function farthing.payout_list_is_due(farthing.reconciliations, timestamptz) is
  'Whether Stripe is to be asked for a payout''s list and no runner is at it.';

create function farthing.payout_lists_are_due(p_now timestamptz)
returns boolean
language sql stable
set search_path = ''
as $$
  select exists (select from farthing.reconciliations r
    where r.due_at <= p_now and farthing.payout_list_is_due(r, p_now))
$$;
comment on function farthing.payout_lists_are_due(timestamptz) is
  'Whether the payments'' runner has a payout to ask Stripe about.';

create function farthing.our_id_of(p_id text, p_mark text)
returns uuid
language plpgsql stable
set search_path = ''
as $$
declare
  v_id uuid;
begin
  -- Users of Stripe's dashboard and other apps on the account can write any id into metadata.
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
  'The id of an order, a booking or a refund that Stripe has from us; null for one of another app.';

create function farthing.note_payout_transactions(p_payout_id text, p_transactions jsonb)
returns void
language sql
set search_path = ''
as $$
  insert into farthing.payout_transactions as t (transaction_id, payout_id, kind, type, source_id, payment_id,
    charge_id, fee_id, our_id, source_amount, source_currency, amount, fee, net, currency, occurred_at)
  select g.transaction_id, p_payout_id, g.kind, g.type, g.source_id, g.payment_id, g.charge_id, g.fee_id,
    farthing.our_id_of(g.our_id, g.mark),
    g.source_amount, g.source_currency, g.amount, g.fee, g.net, g.currency, to_timestamp(g.occurred_at)
  from jsonb_to_recordset(p_transactions) g (transaction_id text, kind text, type text, source_id text,
    payment_id text, charge_id text, fee_id text, our_id text, mark text, source_amount bigint,
    source_currency text, amount bigint, fee bigint, net bigint, currency text, occurred_at bigint)
  on conflict (transaction_id) do update set payout_id = excluded.payout_id, our_id = excluded.our_id,
    payment_id = excluded.payment_id, source_amount = excluded.source_amount, amount = excluded.amount,
    fee = excluded.fee, net = excluded.net
$$;
comment on function farthing.note_payout_transactions(text, jsonb) is
  'Keeps a page of a payout''s transactions; one that was kept before is as Stripe has it now.';
