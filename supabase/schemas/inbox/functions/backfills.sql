-- Backfills of Stripe's events. If Stripe gives up the delivery of a payment's event, the ledger
-- does not know of the payment. So each hour the payment runner fetches the events that never
-- arrived.

create function farthing.backfill_is_due(p_backfill farthing.backfills, p_now timestamptz)
returns boolean
language sql stable
set search_path = ''
as $$
  -- A request ends within 150 seconds, so a claim that is 5 minutes old belongs to a dead runner.
  select p_backfill.done_until <= p_now - interval '1 hour'
    and coalesce(p_backfill.claimed_at <= p_now - interval '5 minutes', true)
    and coalesce(p_backfill.retry_at <= p_now, true)
$$;
comment on function farthing.backfill_is_due(farthing.backfills, timestamptz) is
  'Returns whether a backfill is due: the last complete backfill is at least an hour old, no runner is '
  'working on a backfill, and retry_at, if it is set, has passed.';

create function farthing.backfill_since(p_backfill farthing.backfills, p_now timestamptz)
returns timestamptz
language sql stable
set search_path = ''
as $$
  -- The last complete backfill has fetched the events up to done_until. The next backfill begins 10
  -- minutes before that moment, because an event may enter Stripe's list late. Stripe stores events
  -- for 30 days.
  select greatest(p_backfill.done_until - interval '10 minutes', p_now - interval '30 days')
$$;
comment on function farthing.backfill_since(farthing.backfills, timestamptz) is
  'Returns the time from which a backfill reads Stripe''s list: it fetches the events that were '
  'created then or later.';

create function farthing.claim_backfill(p_now timestamptz)
returns farthing.backfills
language sql
set search_path = ''
as $$
  -- If two runners run in parallel, the second waits for the row and then finds it claimed.
  update farthing.backfills set claimed_at = p_now where farthing.backfill_is_due(backfills, p_now)
  returning backfills
$$;
comment on function farthing.claim_backfill(timestamptz) is
  'Claims the hourly backfill for a runner and returns it; null if no backfill is due.';

create function farthing.finish_backfill(p_claimed_at timestamptz, p_complete boolean, p_unreadable int)
returns void
language plpgsql
set search_path = ''
as $$
begin
  update farthing.backfills set done_until = greatest(done_until, p_claimed_at) where p_complete;
  -- If another runner has claimed the backfill in the meantime, the caller must not change this
  -- row.
  update farthing.backfills
  set claimed_at = null, unreadable = p_unreadable,
    -- Unreadable events stay unreadable until an operator grants the missing permission, so
    -- fetching them each minute would not help.
    retry_at = case when p_unreadable > 0 then p_claimed_at + interval '15 minutes' end
  where claimed_at = p_claimed_at;
end
$$;
comment on function farthing.finish_backfill(timestamptz, boolean, int) is
  'Ends a claimed backfill. The next backfill is due an hour after a complete one, and at once '
  'after an incomplete one. If some events could not be read, the next backfill is due at least 15 '
  'minutes after the claim.';
