-- Waking the payment runner, and the backfill of Stripe's events. Why a scheduled backfill: a delivery that
-- Stripe has given up is money that the ledger does not know. Each hour the runner fetches events that
-- never arrived; in most hours there are none.

create function farthing.backfill_is_due(p_backfill farthing.backfills, p_now timestamptz)
returns boolean
language sql stable
set search_path = ''
as $$
  -- A request lives at most 150 s: a much older claim belongs to a dead runner.
  select p_backfill.done_until <= p_now - interval '1 hour'
    and coalesce(p_backfill.claimed_at <= p_now - interval '5 minutes', true)
    and coalesce(p_backfill.retry_at <= p_now, true)
$$;
comment on function farthing.backfill_is_due(farthing.backfills, timestamptz) is
  'Whether the last complete backfill is an hour old, no runner works on one and no retry is postponed.';

create function farthing.wake_payment_runner_if_due(p_now timestamptz default now())
returns boolean
language plpgsql
set search_path = ''
as $$
begin
  return (exists (select from farthing.refunds where status = 'requested' and next_attempt_at <= p_now)
      or exists (select from farthing.booking_transfers
        where status = 'requested' and next_attempt_at <= p_now)
      or (select farthing.backfill_is_due(b, p_now) from farthing.backfills b)
      or farthing.top_ups_are_due(p_now) or farthing.payout_lists_are_due(p_now))
    and farthing.wake('payment-runner');
end
$$;
comment on function farthing.wake_payment_runner_if_due(timestamptz) is
  'Wakes the payment runner if a refund is due to be sent, a provider''s share to be reversed, a top-up to '
  'be charged, or events or the list of a payout to be fetched from Stripe; true if it did.';
