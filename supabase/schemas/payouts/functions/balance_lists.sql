-- Stripe's list of balance transactions by time. This list has Stripe's fees before a payout lists
-- them. It also has the transactions of manual payouts, which Stripe does not list by payout. The
-- payment runner fetches the period since the last list, page by page, from the newest transaction
-- to the oldest.

create function farthing.balance_list_is_due(p_list farthing.balance_lists, p_now timestamptz)
returns boolean
language sql immutable
set search_path = ''
as $$
  select (p_list.lists_until is not null or p_list.done_until <= p_now - interval '15 minutes')
    -- A run takes much less than five minutes, so an older claim belongs to a runner that died.
    and coalesce(p_list.claimed_at <= p_now - interval '5 minutes', true)
$$;
comment on function farthing.balance_list_is_due(farthing.balance_lists, timestamptz) is
  'Returns whether the list should be fetched now: no runner is fetching it, and either the last '
  'complete list is at least 15 minutes old or a list is unfinished.';

create function farthing.claim_balance_list(p_now timestamptz)
returns farthing.balance_lists
language sql
set search_path = ''
as $$
  -- If two runners run in parallel, the second waits for the row and then finds it claimed.
  update farthing.balance_lists set claimed_at = p_now, lists_until = coalesce(lists_until, p_now)
  where farthing.balance_list_is_due(balance_lists, p_now)
  returning balance_lists
$$;
comment on function farthing.claim_balance_list(timestamptz) is
  'Claims the list of balance transactions for a runner and returns it; null if the list is not '
  'due.';

create function farthing.record_balance_page(
  p_claimed_at timestamptz, p_transactions jsonb, p_after text, p_now timestamptz)
returns boolean
language plpgsql
set search_path = ''
as $$
declare
  v_list farthing.balance_lists;
begin
  select * into v_list from farthing.balance_lists where claimed_at = p_claimed_at for update;
  if not found then
    return false; -- another runner has claimed the list since
  end if;
  perform farthing.end_stripe_fault('key_refused', ''); -- Stripe has accepted the API key
  perform farthing.note_transactions(null, p_transactions, p_now);
  if p_after is null then
    perform farthing.itemise_manual_payouts(v_list.lists_until, p_now);
  end if;
  update farthing.balance_lists set list_after = p_after,
    done_until = case when p_after is null then lists_until else done_until end,
    lists_until = case when p_after is not null then lists_until end,
    claimed_at = case when p_after is not null then claimed_at end
  where one_row;
  return true;
end
$$;
comment on function farthing.record_balance_page(timestamptz, jsonb, text, timestamptz) is
  'Stores a page of the claimed list. p_after: the page''s last transaction, or null for the last '
  'page. Returns false if another runner has claimed the list in the meantime.';
