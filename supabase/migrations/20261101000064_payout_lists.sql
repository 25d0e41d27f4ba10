-- Of what a payout is made: Stripe's list, fetched page by page by the payments' runner and kept.
-- Why kept: what our side lacked is often only late. Then the same list is compared again, here, and Stripe
-- is not asked again. No personal data: ids, amounts, and the id of ours that Stripe has in its metadata.

create table farthing.reconciliations (
  payout_id text primary key references farthing.payouts (payout_id),
  due_at timestamptz,
  attempts int not null default 0,
  claimed_at timestamptz,
  list_after text,
  listed_at timestamptz,
  reconciled_at timestamptz,
  ours int,
  strangers int,
  constraint reconciliations_bounded check (length(list_after) <= 255 and attempts >= 0 and ours >= 0
    and strangers >= 0),
  constraint reconciliations_listed_to_the_end check (listed_at is null or list_after is null)
);
comment on table farthing.reconciliations is
  'How far a payout is compared. due_at: when Stripe is to be asked for its list; list_after: how far the '
  'list is here; claimed_at: a runner is asking, since then. ours and strangers: of its payments, refunds, '
  'disputes and fees, how many are ours and how many another shop''s on this account of Stripe''s.';
create index reconciliations_due on farthing.reconciliations (due_at) where due_at is not null;

create table farthing.payout_transactions (
  transaction_id text primary key,
  payout_id text not null references farthing.payouts (payout_id),
  kind text not null,
  type text not null,
  source_id text,
  payment_id text,
  charge_id text,
  fee_id text,
  our_id uuid,
  source_amount bigint,
  source_currency text,
  amount bigint not null,
  fee bigint not null,
  net bigint not null,
  currency text not null,
  occurred_at timestamptz not null,
  constraint payout_transactions_kinds check (kind in ('charge', 'refund', 'dispute', 'fee', 'fee_refund',
    'payout', 'other')),
  constraint payout_transactions_text_bounded check (length(transaction_id) <= 255 and length(type) <= 255
    and length(source_id) <= 255 and length(payment_id) <= 255 and length(charge_id) <= 255
    and length(fee_id) <= 255 and length(currency) = 3 and length(source_currency) = 3)
);
comment on table farthing.payout_transactions is
  'Stripe''s balance transactions of our payouts. amount, fee (Stripe''s own) and net in the payout''s '
  'currency; source_amount in the currency of what it is of. our_id: our order, booking or refund, by '
  'Stripe''s metadata. fee_id: the application fee that it is, or returns.';
create index payout_transactions_by_payout on farthing.payout_transactions (payout_id);
create index payout_transactions_by_payment on farthing.payout_transactions (payment_id)
  where kind = 'charge';
create index payout_transactions_booked_back on farthing.payout_transactions (charge_id)
  where type = 'payment_failure_refund';
create index payout_transactions_by_fee on farthing.payout_transactions (fee_id) where kind = 'fee_refund';

alter table farthing.reconciliations enable row level security;
alter table farthing.payout_transactions enable row level security;
create policy reconciliations_none on farthing.reconciliations for select to authenticated using (false);
create policy payout_transactions_none on farthing.payout_transactions for select to authenticated
  using (false);

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

create function public.payouts_claim(p_now timestamptz default now())
returns jsonb
language sql security definer -- service_role owns no table
set search_path = pg_catalog, pg_temp
as $$
  -- Claimed, it is due again by itself, later each time: a run that fails has nothing to tell. Stripe may
  -- not have the list yet, so nobody ever gives up; a thousand minutes are the longest pause.
  update farthing.reconciliations r
  set claimed_at = p_now, attempts = least(r.attempts + 1, 10),
    due_at = p_now + interval '1 minute' * 2 ^ least(r.attempts, 10)
  where r.payout_id = (
    select n.payout_id from farthing.reconciliations n
    where n.due_at <= p_now and farthing.payout_list_is_due(n, p_now)
    order by n.due_at limit 1 for update skip locked)
  returning jsonb_build_object('payout_id', r.payout_id, 'claimed_at', r.claimed_at, 'after', r.list_after)
$$;
grant execute on function public.payouts_claim to service_role;
comment on function public.payouts_claim is
  'Gives a payout whose list is due to one runner: {payout_id, claimed_at, after}, after being the last '
  'transaction that is here; null where none is due.';

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

create function public.payouts_record(p_payout_id text, p_claimed_at timestamptz, p_transactions jsonb,
  p_after text default null, p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role owns no table
set search_path = pg_catalog, pg_temp
as $$
declare
  v_row farthing.reconciliations;
begin
  select * into v_row from farthing.reconciliations where payout_id = p_payout_id for update;
  if v_row.claimed_at is distinct from p_claimed_at then
    return '{"taken": true}'::jsonb; -- over meanwhile, by another runner, which goes on where this one was
  end if;
  if v_row.list_after is null then
    -- A list begins: what an earlier one had and this one has not is not in the payout.
    delete from farthing.payout_transactions where payout_id = p_payout_id;
  end if;
  perform farthing.note_payout_transactions(p_payout_id, farthing.json_argument(p_transactions));
  update farthing.reconciliations
  set list_after = p_after, listed_at = case when p_after is null then p_now end,
    due_at = case when p_after is not null then p_now end, attempts = 0,
    claimed_at = case when p_after is not null then claimed_at end
  where payout_id = p_payout_id;
  if p_after is not null then
    return '{"listed": false}'::jsonb;
  end if;
  return jsonb_build_object('listed', true, 'mismatches', farthing.reconcile(p_payout_id, p_now));
end
$$;
grant execute on function public.payouts_record to service_role;
comment on function public.payouts_record is
  'Keeps a page of a claimed payout''s list. p_after: the page''s last transaction; null, and the list is '
  'here and compared: {listed, mismatches?}, or {taken} where the claim is another''s by now.';
