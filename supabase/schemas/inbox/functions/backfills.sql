-- When the payments' runner is woken, and which of Stripe's events it has asked for.
-- Why a scheduled backfill: a delivery that Stripe has given up is money that the ledger does not know of.
-- Each hour it is asked for what never came; most hours that is nothing.

create function farthing.backfill_is_due(p_backfill farthing.backfills, p_now timestamptz)
returns boolean
language sql stable
set search_path = ''
as $$
  -- A request lives 150 s at most: a claim older than that by far is a dead runner's.
  select p_backfill.done_until <= p_now - interval '1 hour'
    and coalesce(p_backfill.claimed_at <= p_now - interval '5 minutes', true)
    and coalesce(p_backfill.retry_at <= p_now, true)
$$;
comment on function farthing.backfill_is_due(farthing.backfills, timestamptz) is
  'Whether the last complete backfill is an hour old, no runner is at one and no retry is put off.';

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
  'Wakes the payments'' runner where a refund waits to be sent, a provider''s share to be reversed, a top-up '
  'to be charged, or Stripe to be asked for events or for the list of a payout; true where it did.';
