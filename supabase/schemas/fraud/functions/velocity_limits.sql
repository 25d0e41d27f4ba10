-- The limits on new checkouts, on new bookings, and on the use of cards. Their values are the
-- policy's sessions_per_*, failed_cards_per_user_hour, users_per_card_day, cards_per_user_day and
-- bookings_per_provider_hour (policy/tables.sql).

create function farthing.lock_counts(p_ip_hash text, p_provider_id uuid)
returns void
language plpgsql
set search_path = ''
as $$
declare
  -- These advisory locks have a key of two integers, and the locks of idempotency keys have a key
  -- of one bigint, so the two kinds cannot collide.
  c_addresses constant int := 37;
  c_providers constant int := 53;
begin
  if p_ip_hash is not null then
    -- The lock lasts until the commit, so requests from one IP address are counted one after the
    -- other, even if their accounts differ.
    perform pg_advisory_xact_lock(c_addresses, hashtext(p_ip_hash));
  end if;
  if p_provider_id is not null then
    -- Bookings of one provider are counted one after the other, even if their buyers differ. This
    -- lock always comes after the locks of the account and the IP address.
    perform pg_advisory_xact_lock(c_providers, hashtext(p_provider_id::text));
  end if;
end
$$;
comment on function farthing.lock_counts(text, uuid) is
  'Takes two locks until the transaction ends: one for the counts of an IP address, and one for '
  'those of a provider. If an argument is null, takes no lock for it.';

create function farthing.find_sessions_over(p_account_id bigint, p_action text, p_ip_hash bytea,
  p_now timestamptz)
returns table (reason text, over_at timestamptz)
language sql stable
set search_path = ''
as $$
  -- The limit is n per hour. If the n-th newest allowed decision is less than an hour old, the
  -- limit is used up until that decision is an hour old.
  select 'user_velocity', d.decided_at + interval '1 hour'
  from farthing.policy p, lateral (
    select decided_at from farthing.fraud_decisions
    where account_id = p_account_id and action = p_action and outcome = 'allow'
      and decided_at > p_now - interval '1 hour'
    order by decided_at desc offset p.sessions_per_user_hour - 1 limit 1) d
  union all
  select 'ip_velocity', d.decided_at + interval '1 hour'
  from farthing.policy p, lateral (
    select decided_at from farthing.fraud_decisions
    where ip_hash = p_ip_hash and action = p_action and outcome = 'allow'
      and decided_at > p_now - interval '1 hour'
    order by decided_at desc offset p.sessions_per_ip_hour - 1 limit 1) d
$$;
comment on function farthing.find_sessions_over(bigint, text, bytea, timestamptz) is
  'Returns the used-up limits of new checkout sessions or new top-ups (p_action), by user and by '
  'IP address. over_at: the time at which the limit allows the next session or top-up.';

create function farthing.find_provider_over(p_provider_id uuid, p_now timestamptz)
returns table (reason text, over_at timestamptz)
language sql stable
set search_path = ''
as $$
  -- The limit works as in find_sessions_over(), but counts bookings instead of allowed decisions.
  select 'provider_velocity', b.created_at + interval '1 hour'
  from farthing.policy p, lateral (
    select created_at from farthing.bookings
    where provider_id = p_provider_id and created_at > p_now - interval '1 hour'
    order by created_at desc offset p.bookings_per_provider_hour - 1 limit 1) b
$$;
comment on function farthing.find_provider_over(uuid, timestamptz) is
  'Returns provider_velocity if a provider has reached the limit of new bookings, and the time at '
  'which the next booking is allowed. Bookings of all buyers and in all states count.';

create function farthing.find_cards_over(p_account_id bigint, p_now timestamptz)
returns table (reason text, over_at timestamptz)
language plpgsql stable
set search_path = ''
as $$
#variable_conflict use_column
begin
  return query
  with cards as (
    select card, max(used_at) as used_at, bool_or(livemode) as livemode from farthing.card_uses
    where account_id = p_account_id and used_at > p_now - interval '1 day' group by card
  )
  -- A person who tests stolen cards causes many failed attempts, often with different cards.
  select 'failed_cards', u.used_at + interval '1 hour'
  from farthing.policy p, lateral (
    select used_at from farthing.card_uses
    where account_id = p_account_id and outcome = 'failed' and used_at > p_now - interval '1 hour'
    order by used_at desc offset p.failed_cards_per_user_hour - 1 limit 1) u
  union all
  -- The limit users_per_card_day is n. The buyer is refused if more than n users used one of the
  -- buyer's cards within a day. The users of such a card are sorted by their last use, newest
  -- first, so user n + 1 is the first user too many. The refusals end a day after that user's last
  -- use, or a day after the buyer's own last use if that is earlier.
  select 'card_users', max(least(c.used_at, u.used_at)) + interval '1 day'
  from farthing.policy p, cards c, lateral (
    select max(used_at) as used_at from farthing.card_uses
    where card = c.card and livemode and used_at > p_now - interval '1 day'
    group by account_id order by 1 desc offset p.users_per_card_day limit 1) u
  where c.livemode -- all users share Stripe's test cards
  having count(*) > 0
  union all
  select 'user_cards', c.used_at + interval '1 day'
  from farthing.policy p, lateral (
    select used_at from cards order by used_at desc offset p.cards_per_user_day limit 1) c;
end
$$;
comment on function farthing.find_cards_over(bigint, timestamptz) is
  'Returns the card limits that an account''s payments exceed, and the time until which each limit '
  'refuses payments.';
