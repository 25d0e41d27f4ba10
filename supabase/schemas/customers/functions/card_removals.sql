-- The removal of a saved card: no new charge of the card begins after the transaction that removes it.
-- Afterwards Stripe must detach the card: the user's request asks Stripe, or the payment runner does.

create function farthing.plan_card_removal(p_account_id bigint, p_customer_id text, p_payment_method_id text,
  p_next_attempt_at timestamptz, p_now timestamptz)
returns void
language sql
set search_path = ''
as $$
  insert into farthing.card_removals (payment_method_id, account_id, customer_id, requested_at,
    next_attempt_at)
  values (p_payment_method_id, p_account_id, p_customer_id, p_now, p_next_attempt_at)
  on conflict (payment_method_id) do nothing
$$;
comment on function farthing.plan_card_removal(bigint, text, text, timestamptz, timestamptz) is
  'Records that Stripe must detach a card. A repeated call changes nothing.';

create function farthing.remove_card(p_account_id bigint, p_runner_from timestamptz, p_now timestamptz)
returns void
language plpgsql
set search_path = ''
as $$
begin
  perform farthing.stop_top_up(p_account_id, p_now);
  perform farthing.plan_card_removal(p_account_id, customer_id, payment_method_id, p_runner_from, p_now)
  from farthing.customers where account_id = p_account_id and payment_method_id is not null;
  -- The times of Stripe's events are whole seconds, so the time of the removal is truncated to the
  -- second. A card that is saved in the same second then counts as newer.
  perform farthing.forget_card(p_account_id, date_trunc('second', p_now));
end
$$;
comment on function farthing.remove_card(bigint, timestamptz, timestamptz) is
  'Stops top-ups, forgets the saved card, and records that Stripe must detach it. The payment '
  'runner asks Stripe to detach the card at p_runner_from or later. A repeated call changes '
  'nothing. The caller has locked the account and has given the reason by allow_change().';

create function farthing.end_card_removal(p_payment_method_id text, p_now timestamptz)
returns boolean
language plpgsql
set search_path = ''
as $$
declare
  v_customer_id text;
begin
  update farthing.card_removals set detached_at = coalesce(detached_at, p_now), last_error = null
  where payment_method_id = p_payment_method_id returning customer_id into v_customer_id;
  perform farthing.end_stripe_fault('other_account', v_customer_id);
  return v_customer_id is not null;
end
$$;
comment on function farthing.end_card_removal(text, timestamptz) is
  'Records that Stripe has detached a removed card; returns false if card_removals has no such card.';

create function farthing.card_backoff(p_attempts int)
returns interval
language sql immutable
set search_path = ''
as $$
  -- The wait before the next attempt grows from 2 minutes to 6 hours. The first wait is longer than
  -- the timeout of a request to Stripe.
  select least(interval '2 minutes' * 2 ^ least(p_attempts, 10), interval '6 hours')
$$;
comment on function farthing.card_backoff(int) is
  'Returns how long a runner leases a card: the card is not read or detached again before this '
  'time has passed.';

create function farthing.find_card_removals(p_now timestamptz, p_limit int)
returns setof text
language sql stable
set search_path = ''
as $$
  select r.payment_method_id from farthing.card_removals r
  where r.detached_at is null and r.next_attempt_at <= p_now
    -- An open charge of a top-up still needs its card after the card was removed or replaced,
    -- because the charge's request to Stripe may have to be repeated.
    and not exists (select from farthing.top_up_charges c where c.account_id = r.account_id
      and c.payment_method_id = r.payment_method_id and c.step = 'charge')
  order by r.next_attempt_at, r.payment_method_id limit p_limit
$$;
comment on function farthing.find_card_removals(timestamptz, int) is
  'Returns up to p_limit cards that Stripe must detach now, and that no open charge needs.';

create function farthing.cards_are_due(p_now timestamptz default now())
returns boolean
language sql stable
set search_path = ''
as $$
  select exists (select from farthing.customers where card_unread_since is not null and card_read_at <= p_now)
    or exists (select from farthing.find_card_removals(p_now, 1))
$$;
comment on function farthing.cards_are_due(timestamptz) is 'Returns whether cards_claim() has work.';
