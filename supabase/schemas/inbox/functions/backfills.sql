-- Backfills of Stripe's events. Why: if Stripe has given up a delivery, the ledger does not know of that
-- money. Each hour the payment runner fetches the events that never arrived; in most hours all have
-- arrived.

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

create function farthing.claim_backfill(p_now timestamptz)
returns farthing.backfills
language sql
set search_path = ''
as $$
  -- With two runners at once, the second waits for the row and finds it claimed.
  update farthing.backfills set claimed_at = p_now where farthing.backfill_is_due(backfills, p_now)
  returning backfills
$$;
comment on function farthing.claim_backfill(timestamptz) is
  'Gives the hourly backfill to one runner; null if none is due.';

create function farthing.finish_backfill(p_claimed_at timestamptz, p_complete boolean, p_unreadable int)
returns void
language plpgsql
set search_path = ''
as $$
begin
  update farthing.backfills set done_until = greatest(done_until, p_claimed_at) where p_complete;
  -- If another runner has taken over, the claim and its result belong to that one.
  update farthing.backfills
  set claimed_at = null, unreadable = p_unreadable,
    -- A missing permission stays missing until somebody grants it, so fetching the list each minute would
    -- not help.
    retry_at = case when p_unreadable > 0 then p_claimed_at + interval '15 minutes' end
  where claimed_at = p_claimed_at;
end
$$;
comment on function farthing.finish_backfill(timestamptz, boolean, int) is
  'Ends a claimed backfill. If its time ran out, the next one is due at once; if events were unreadable, 15 '
  'minutes after the claim.';
