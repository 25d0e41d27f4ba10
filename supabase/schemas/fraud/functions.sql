-- Fraud: checks before a checkout session or a booking, and their decisions. Why in the transaction that
-- creates the order or the booking: the account is locked, so parallel requests are counted one after the
-- other, and a decision is stored exactly if the order or booking is. Rows are counted, and no counters:
-- the counted rows can be read, and nothing has to be reset.

create function farthing.find_blocks(p_account_id bigint, p_ip_hash bytea, p_now timestamptz)
returns setof text
language sql stable
set search_path = ''
as $$
  select distinct 'blocked_' || b.kind from farthing.blocks b
  where (b.until is null or b.until > p_now) and (b.kind, b.subject) in (
    select 'user', farthing.owner_of(p_account_id)::text
    union all select 'ip', encode(p_ip_hash, 'hex')
    union all select 'card', encode(u.card, 'hex') from farthing.card_uses u
      where u.account_id = p_account_id)
$$;
comment on function farthing.find_blocks(bigint, bytea, timestamptz) is
  'The blocks of an account: blocked_user, blocked_ip, blocked_card (a card it has used).';

create function farthing.find_sessions_over(p_account_id bigint, p_action text, p_ip_hash bytea,
  p_now timestamptz)
returns table (reason text, over_at timestamptz)
language sql stable
set search_path = ''
as $$
  -- The oldest of the last n allowed ones: when it is an hour old, the next one is allowed.
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
  'The used-up limits of new sessions, by user and by address, and when each allows the next one.';

create function farthing.find_cards_over(p_account_id bigint, p_now timestamptz)
returns table (reason text, over_at timestamptz)
language sql stable
set search_path = ''
as $$
  with cards as (
    select card, max(used_at) as used_at, bool_or(livemode) as livemode from farthing.card_uses
    where account_id = p_account_id and used_at > p_now - interval '1 day' group by card
  )
  -- Card testing: failed attempts with any card.
  select 'failed_cards', u.used_at + interval '1 hour'
  from farthing.policy p, lateral (
    select used_at from farthing.card_uses
    where account_id = p_account_id and outcome = 'failed' and used_at > p_now - interval '1 hour'
    order by used_at desc offset p.failed_cards_per_user_hour - 1 limit 1) u
  union all
  -- One user too many. The limit frees when that user's last use, or the buyer's own, is a day old.
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
    select used_at from cards order by used_at desc offset p.cards_per_user_day limit 1) c
$$;
comment on function farthing.find_cards_over(bigint, timestamptz) is
  'The limits of cards that an account''s payments exceed, and when that ends.';

create function farthing.check_fraud(p_account_id bigint, p_action text, p_ip_hash text, p_now timestamptz,
  p_order_id uuid default null, p_is_new boolean default true, p_provider_id uuid default null)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  -- A separate space of locks: idempotency keys use the other kind, with one number.
  c_addresses constant int := 37;
  c_providers constant int := 53;
  v_ip_hash bytea := decode(p_ip_hash, 'hex');
  v_blocked text[];
  v_over text[];
  v_over_at timestamptz;
  v_reasons text[];
begin
  if v_ip_hash is not null then
    -- Until commit: requests from one address are counted one after the other, for all its accounts.
    perform pg_advisory_xact_lock(c_addresses, hashtext(p_ip_hash));
  end if;
  if p_provider_id is not null and p_is_new then
    -- The same for a provider, for all buyers: always after the account and the address, never before.
    perform pg_advisory_xact_lock(c_providers, hashtext(p_provider_id::text));
  end if;
  select array_agg(b order by b) into v_blocked from farthing.find_blocks(p_account_id, v_ip_hash, p_now) b;
  if p_is_new then
    select array_agg(o.reason order by o.reason), max(o.over_at) into v_over, v_over_at from (
      -- Bookings are limited by provider: a buyer may book many times an hour.
      select * from farthing.find_sessions_over(p_account_id, p_action, v_ip_hash, p_now)
        where p_action <> 'booking'
      union all select * from farthing.find_cards_over(p_account_id, p_now)
      union all select * from farthing.find_provider_over(p_provider_id, p_now)) o;
  end if;
  v_reasons := nullif(coalesce(v_blocked, '{}') || coalesce(v_over, '{}'), '{}');
  if v_reasons is null and (p_order_id is null or not p_is_new) then
    -- A booking's decision is stored when it is made, and a request that continues one was decided then.
    return '{"outcome": "allow"}'::jsonb;
  end if;
  insert into farthing.fraud_decisions (account_id, action, outcome, reasons, ip_hash, order_id, decided_at)
  values (p_account_id, p_action, case when v_reasons is null then 'allow' else 'refuse' end,
    coalesce(v_reasons, '{within_limits}')
      || case when v_ip_hash is null then '{no_ip}' else '{}' end::text[],
    v_ip_hash, case when v_reasons is null then p_order_id end, p_now);
  if v_reasons is null then
    return '{"outcome": "allow"}'::jsonb;
  end if;
  return jsonb_build_object('outcome', 'refuse',
    'code', case when v_blocked is null then 'velocity_exceeded' else 'forbidden' end,
    'limit', case when v_blocked is null
      then case when v_over = '{provider_velocity}' then 'provider' else 'buyer' end end,
    'retry_after', case when v_blocked is null
      then greatest(1, ceil(extract(epoch from v_over_at - p_now)))::int end);
end
$$;
comment on function farthing.check_fraud is
  'Decides and records: {outcome: allow}, or {outcome: refuse, code: velocity_exceeded, limit, '
  'retry_after} in seconds, or code forbidden for a blocked user. limit: whose limit it is, the buyer''s '
  'or the provider''s. The caller has locked the account, and returns a refusal instead of raising it, so '
  'that the record stays. p_order_id: the allowed order; without one, only a refusal is recorded. p_is_new '
  'false: only blocks count, and only a refusal is recorded. p_provider_id: the booked provider.';

create function farthing.apply_charge_event(p_facts jsonb, p_now timestamptz)
returns text
language plpgsql
set search_path = ''
as $$
declare
  c_uuid constant text := '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$';
  v_order_id text := p_facts ->> 'order_id';
  v_booking_id text := p_facts ->> 'booking_id';
  v_account_id bigint;
begin
  -- Not ours, or not by card.
  if not coalesce(coalesce(v_order_id, v_booking_id) ~* c_uuid, false)
    or p_facts ->> 'card_fingerprint' is null then
    return 'ignored';
  end if;
  if v_order_id is not null then
    select account_id into v_account_id from farthing.orders where order_id = v_order_id::uuid;
  else
    v_account_id := (farthing.lock_booking(v_booking_id::uuid)).account_id;
  end if;
  if v_account_id is null then
    return farthing.outcome_without_row(p_facts,
      case when v_order_id is not null then 'order' else 'booking' end);
  end if;
  insert into farthing.card_uses (charge_id, account_id, card, outcome, livemode, used_at)
  values (p_facts ->> 'charge_id', v_account_id,
    sha256(convert_to(p_facts ->> 'card_fingerprint', 'UTF8')), p_facts ->> 'outcome',
    (p_facts ->> 'livemode')::boolean, (p_facts ->> 'occurred_at')::timestamptz)
  on conflict (charge_id) do nothing;
  if v_booking_id is not null then
    perform farthing.flag_booking(farthing.lock_booking(v_booking_id::uuid), p_now);
  end if;
  return 'processed';
end
$$;
comment on function farthing.apply_charge_event(jsonb, timestamptz) is
  'Records the card that an account has used, and whether it was accepted: the limits of cards count these.';

create function farthing.sweep_fraud(p_now timestamptz default now(), p_limit int default 10000)
returns int
language sql
set search_path = ''
as $$
  select farthing.delete_older('fraud_decisions', 'decision_id', 'decided_at', p_now - interval '90 days',
      p_limit)
    + farthing.delete_older('card_uses', 'charge_id', 'used_at', p_now - interval '90 days', p_limit)
$$;
comment on function farthing.sweep_fraud(timestamptz, int) is
  'Deletes decisions and uses of cards after 90 days; returns how many of both.';

create function farthing.block_answer(p_block farthing.blocks)
returns jsonb
language sql immutable
set search_path = ''
as $$
  select jsonb_build_object('id', p_block.block_id, 'kind', p_block.kind, 'value', p_block.subject,
    'reason', p_block.reason, 'blocked_by', p_block.blocked_by, 'until', p_block.until,
    'created_at', p_block.created_at)
$$;
comment on function farthing.block_answer(farthing.blocks) is
  'A block in the contract''s form: value is a user''s id, or the hash of an address or a card.';

create function farthing.refuse_own_block(p_block farthing.blocks, p_author text)
returns void
language plpgsql stable
set search_path = ''
as $$
begin
  if (p_block.kind = 'user' and farthing.operator_id(p_author)::text = p_block.subject)
    or exists (select from farthing.card_uses
      where card = case p_block.kind when 'card' then decode(p_block.subject, 'hex') end
        and farthing.is_own(p_author, account_id))
  then
    perform farthing.fail('forbidden', 'You can''t change or lift your own block. Ask another operator.');
  end if;
end
$$;
comment on function farthing.refuse_own_block(farthing.blocks, text) is
  'Refuses an operator who would change or lift a block of themselves or of a card they used. Fails '
  'forbidden. The owner of an address is unknown.';

create function farthing.policy_answer()
returns jsonb
language sql stable
set search_path = ''
as $$
  select jsonb_build_object('sessions_per_user_hour', p.sessions_per_user_hour,
    'sessions_per_ip_hour', p.sessions_per_ip_hour,
    'failed_cards_per_user_hour', p.failed_cards_per_user_hour, 'users_per_card_day', p.users_per_card_day,
    'cards_per_user_day', p.cards_per_user_day,
    'bookings_per_provider_hour', p.bookings_per_provider_hour, 'early_fraud_warning', p.early_fraud_warning,
    'updated_at', p.updated_at, 'updated_by', p.updated_by)
  from farthing.policy p
$$;
comment on function farthing.policy_answer() is
  'The policy''s settings about fraud, and who changed them last.';
