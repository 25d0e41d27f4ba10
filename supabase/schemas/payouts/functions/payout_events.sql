-- Stripe's events about payouts to our bank. Payouts are stored so that operators are notified of
-- late payouts and reports can add payouts up. Events may arrive in any order and more than once,
-- so the stored payout has the furthest state that Stripe has reported (payout_rank()).

create function farthing.payout_rank(p_status text)
returns int
language sql immutable
set search_path = ''
as $$
  -- A bank may return a payout that was paid, so `failed` follows `paid`. No state follows
  -- `failed`.
  select case p_status when 'pending' then 1 when 'in_transit' then 2 when 'paid' then 3
    when 'canceled' then 4 when 'failed' then 5 else 2 end
$$;
comment on function farthing.payout_rank(text) is
  'Returns the rank of a payout''s state. An unknown state ranks as `in_transit`.';

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
    v_reconciliation := 'in_progress'; -- Stripe promises no list in this state
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
    -- least() picks the latest value, because the alphabetical order (completed, in_progress,
    -- not_applicable) happens to be the reverse of the order in time.
    reconciliation = least(p.reconciliation, excluded.reconciliation),
    failure_code = coalesce(p.failure_code, excluded.failure_code),
    arrives_at = case when (excluded.reported_at, excluded.arrives_at) > (p.reported_at, p.arrives_at)
      then excluded.arrives_at else p.arrives_at end,
    reported_at = greatest(p.reported_at, excluded.reported_at),
    updated_at = p_now
  returning * into v_known;
  if v_known.amount <> (p_facts ->> 'amount')::bigint or v_known.currency <> p_facts ->> 'currency' then
    raise exception 'the stored payout % has another amount or currency than the event', v_known.payout_id;
  end if;
  perform farthing.plan_reconciliation(v_known, p_now);
  return 'processed';
end
$$;
comment on function farthing.apply_payout_event(jsonb, timestamptz) is
  'Applies an event of a payout (created, sent, paid, canceled, returned, or list available): stores '
  'the furthest state, and plans when to fetch the payout''s list.';
