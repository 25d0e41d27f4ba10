-- Waking the payment runner, which works through refunds, transfers, top-ups, backfills and
-- payouts.

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
      or exists (select from farthing.sessions_to_read(p_now))
      or farthing.top_ups_are_due(p_now) or farthing.cards_are_due(p_now)
      or farthing.payout_lists_are_due(p_now)
      or (select farthing.balance_list_is_due(b, p_now) from farthing.balance_lists b))
    and farthing.wake('payment-runner');
end
$$;
comment on function farthing.wake_payment_runner_if_due(timestamptz) is
  'Wakes the payment runner if any of its work is due: refunds to send, providers'' shares to '
  'transfer or reverse, top-ups to charge, saved cards to read or detach, or data to fetch from '
  'Stripe (events, balance transactions, the lists of payouts, the sessions of waiting payments). '
  'Returns true if the call was queued.';
