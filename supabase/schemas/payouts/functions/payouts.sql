-- Payouts: Stripe's payments to our bank, their delays, and differences between our records and Stripe's.
-- Why stored here: operators have to learn from us that money is late, and reports add up Stripe's payouts.
-- Events arrive in any order and twice, so each part of a payout is the highest state ever reported.

create function farthing.payout_rank(p_status text)
returns int
language sql immutable
set search_path = ''
as $$
  -- A bank may return a payout that was paid; no state follows that.
  select case p_status when 'pending' then 1 when 'in_transit' then 2 when 'paid' then 3
    when 'canceled' then 4 when 'failed' then 5 else 2 end
$$;
comment on function farthing.payout_rank(text) is
  'The order of a payout''s states; an unknown one counts as in transit.';

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
    v_reconciliation := 'in_progress'; -- it claims nothing
  end if;
  insert into farthing.payouts as p (payout_id, amount, currency, automatic, status, reconciliation,
    failure_code, made_at, arrives_at, reported_at, created_at, updated_at)
  values (p_facts ->> 'payout_id', (p_facts ->> 'amount')::bigint, p_facts ->> 'currency',
    (p_facts ->> 'automatic')::boolean, p_facts ->> 'status', v_reconciliation,
    p_facts ->> 'failure_code', to_timestamp((p_facts ->> 'made_at')::bigint),
    to_timestamp((p_facts ->> 'arrives_at')::bigint), (p_facts ->> 'occurred_at')::timestamptz, p_now, p_now)
  on conflict (payout_id) do update set
    status = case when farthing.payout_rank(excluded.status) > farthing.payout_rank(p.status)
      then excluded.status else p.status end,
    -- The alphabetical order is the reverse of the order in time: completed, in_progress, not_applicable.
    reconciliation = least(p.reconciliation, excluded.reconciliation),
    failure_code = coalesce(p.failure_code, excluded.failure_code),
    arrives_at = case when (excluded.reported_at, excluded.arrives_at) > (p.reported_at, p.arrives_at)
      then excluded.arrives_at else p.arrives_at end,
    reported_at = greatest(p.reported_at, excluded.reported_at),
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
  'Applies an event of a payout (created, sent, paid, returned, list available): stores the furthest state '
  'reported.';

create function farthing.late_payouts(p_now timestamptz default now())
returns bigint
language sql stable
set search_path = ''
as $$
  -- Stripe's arrival date is a banking day: on the next one, the payout is late.
  select (select count(*) from farthing.payouts
      where status not in ('paid', 'canceled', 'failed') and arrives_at < p_now - interval '1 day')
    -- Money that a bank returned is in the next payout of its currency.
    + (select count(*) from farthing.payouts f where f.status = 'failed' and not exists (
      select from farthing.payouts n where n.made_at > f.made_at and n.currency = f.currency
        and n.status = 'paid'))
$$;
comment on function farthing.late_payouts(timestamptz) is
  'The number of payouts that are a day behind their arrival date and not paid, or were returned by the '
  'bank and not followed by a paid one.';

create function farthing.open_mismatches()
returns bigint
language sql stable
set search_path = ''
as $$
  select count(*) from farthing.mismatches where resolved_at is null
$$;
comment on function farthing.open_mismatches() is
  'The number of open differences between our records and Stripe''s.';

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
  'The number of card charges from p_from until before p_to, how many failed, and their share; 0 without a '
  'charge.';
