-- Payouts: what Stripe sends to our bank, whether it comes in time, and where our books and Stripe's differ.
-- Why kept here: an operator has to hear that money is late from us, and reports add up what Stripe has paid
-- out. Events come in any order and doubled, so each part of a payout is the highest that was ever said.

create table farthing.payouts (
  payout_id text primary key,
  amount bigint not null,
  currency text not null,
  automatic boolean not null,
  status text not null,
  reconciliation text not null,
  failure_code text,
  made_at timestamptz not null,
  arrives_at timestamptz not null,
  told_at timestamptz not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint payouts_text_bounded check (length(payout_id) <= 255 and length(failure_code) <= 255
    and length(status) between 1 and 64),
  constraint payouts_currencies check (currency ~ '^[a-z]{3}$'),
  constraint payouts_reconciliations check (reconciliation in ('not_applicable', 'in_progress', 'completed'))
);
comment on table farthing.payouts is
  'Stripe''s payouts to our own bank, in Stripe''s words; those of connected accounts are not here. amount '
  'in minor units, below zero where the bank is debited. arrives_at: Stripe''s arrival date, as the event of '
  'told_at had it. reconciliation: whether Stripe can say of what it is made; never of a manual payout.';
create index payouts_on_their_way on farthing.payouts (arrives_at)
  where status not in ('paid', 'canceled', 'failed');
create index payouts_failed on farthing.payouts (made_at) where status = 'failed';
create index payouts_newest on farthing.payouts (made_at desc, payout_id desc);

create table farthing.mismatches (
  mismatch_id uuid primary key default gen_random_uuid(),
  kind text not null,
  subject text not null,
  payout_id text,
  ours text,
  theirs text,
  found_at timestamptz not null,
  seen_at timestamptz not null,
  resolved_at timestamptz,
  constraint mismatches_kinds check (kind in ('payout_sum', 'charge_unknown', 'charge_differs',
    'refund_unknown', 'refund_differs', 'dispute_unknown', 'dispute_differs', 'fee_unknown', 'fee_differs',
    'never_listed', 'never_paid_out')),
  constraint mismatches_text_bounded check (length(subject) between 1 and 255 and length(payout_id) <= 255
    and length(ours) <= 255 and length(theirs) <= 255),
  constraint mismatches_in_time check (seen_at >= found_at and resolved_at >= found_at)
);
comment on table farthing.mismatches is
  'Where our books and Stripe''s differ. subject: Stripe''s id of the thing; of what was never paid '
  'out, its payment''s. ours and theirs: amount, currency and state, null where one side '
  'knows nothing. seen_at: last found. A difference that comes back is a new row.';
create unique index mismatches_open on farthing.mismatches (kind, subject, coalesce(payout_id, ''))
  where resolved_at is null;
create index mismatches_by_payout on farthing.mismatches (payout_id) where resolved_at is null;

alter table farthing.payouts enable row level security;
alter table farthing.mismatches enable row level security;
create policy payouts_none on farthing.payouts for select to authenticated using (false);
create policy mismatches_none on farthing.mismatches for select to authenticated using (false);

create function farthing.payout_rank(p_status text)
returns int
language sql immutable
set search_path = ''
as $$
  -- A bank may send back what seemed to be paid; nothing comes after that.
  select case p_status when 'pending' then 1 when 'in_transit' then 2 when 'paid' then 3
    when 'canceled' then 4 when 'failed' then 5 else 2 end
$$;
comment on function farthing.payout_rank(text) is
  'A payout''s states in the order they can follow each other; one that nobody knows is on its way.';

create function farthing.apply_payout_event(p_facts jsonb, p_now timestamptz)
returns text
language plpgsql
set search_path = ''
as $$
declare
  v_known farthing.payouts;
  v_reconciliation text := p_facts ->> 'reconciliation_status';
begin
  if p_facts ->> 'status' not in ('pending', 'in_transit', 'paid', 'canceled', 'failed') then
    perform farthing.note_unknown_state('payout', p_facts ->> 'status', p_facts ->> 'payout_id', p_now);
  end if;
  if v_reconciliation not in ('not_applicable', 'in_progress', 'completed') then
    perform farthing.note_unknown_state('reconciliation', v_reconciliation, p_facts ->> 'payout_id', p_now);
    v_reconciliation := 'in_progress'; -- which claims nothing
  end if;
  insert into farthing.payouts as p (payout_id, amount, currency, automatic, status, reconciliation,
    failure_code, made_at, arrives_at, told_at, created_at, updated_at)
  values (p_facts ->> 'payout_id', (p_facts ->> 'amount')::bigint, p_facts ->> 'currency',
    (p_facts ->> 'automatic')::boolean, p_facts ->> 'status', v_reconciliation,
    p_facts ->> 'failure_code', to_timestamp((p_facts ->> 'made_at')::bigint),
    to_timestamp((p_facts ->> 'arrives_at')::bigint), (p_facts ->> 'occurred_at')::timestamptz, p_now, p_now)
  on conflict (payout_id) do update set
    status = case when farthing.payout_rank(excluded.status) > farthing.payout_rank(p.status)
      then excluded.status else p.status end,
    -- The alphabet's order is the other way round of time's: completed, in_progress, not_applicable.
    reconciliation = least(p.reconciliation, excluded.reconciliation),
    failure_code = coalesce(p.failure_code, excluded.failure_code),
    arrives_at = case when (excluded.told_at, excluded.arrives_at) > (p.told_at, p.arrives_at)
      then excluded.arrives_at else p.arrives_at end,
    told_at = greatest(p.told_at, excluded.told_at),
    updated_at = p_now
  returning * into v_known;
  if v_known.amount <> (p_facts ->> 'amount')::bigint or v_known.currency <> p_facts ->> 'currency' then
    raise exception 'payout % is of another amount', v_known.payout_id;
  end if;
  perform farthing.plan_reconciliation(v_known, p_now);
  return 'processed';
end
$$;
comment on function farthing.apply_payout_event(jsonb, timestamptz) is
  'A payout was made, sent, paid, returned or can be taken apart: keeps the furthest that was said.';

create function farthing.late_payouts(p_now timestamptz default now())
returns bigint
language sql stable
set search_path = ''
as $$
  -- Stripe's arrival date is a day of the bank's: the next one, and it is late.
  select (select count(*) from farthing.payouts
      where status not in ('paid', 'canceled', 'failed') and arrives_at < p_now - interval '1 day')
    -- What a bank returned goes out with the next payout of its currency.
    + (select count(*) from farthing.payouts f where f.status = 'failed' and not exists (
      select from farthing.payouts n where n.made_at > f.made_at and n.currency = f.currency
        and n.status = 'paid'))
$$;
comment on function farthing.late_payouts(timestamptz) is
  'How many payouts are a day behind their arrival date and not paid, or were returned by the bank and not '
  'followed by one that is paid.';

create function farthing.open_mismatches()
returns bigint
language sql stable
set search_path = ''
as $$
  select count(*) from farthing.mismatches where resolved_at is null
$$;
comment on function farthing.open_mismatches() is
  'How many differences between our books and Stripe''s are open.';

create function farthing.charge_failure_rate(p_from timestamptz, p_to timestamptz)
returns table (attempts bigint, failed bigint, rate numeric)
language sql stable
set search_path = ''
as $$
  select count(*), count(*) filter (where outcome = 'failed'),
    coalesce(round(count(*) filter (where outcome = 'failed') / nullif(count(*), 0)::numeric, 6), 0)
  from farthing.card_uses where used_at >= p_from and used_at < p_to
$$;
comment on function farthing.charge_failure_rate(timestamptz, timestamptz) is
  'How many charges of cards were tried from p_from until before p_to, how many failed, and their share; 0 '
  'where none was tried.';
