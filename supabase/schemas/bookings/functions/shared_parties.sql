-- Buyers and providers who may be the same person, because they share a card, a payout account or
-- an IP address. Their booking is flagged but not refused, because families share cards and IP
-- addresses. The flag shows that a person may be paying themselves with a stolen card, before the
-- bank notices the fraud. With the policy setting booking_shared_parties, such bookings can be
-- refused instead.

create function farthing.shared_by(p_account_id bigint, p_provider farthing.providers,
  p_ip_hash text default null)
returns text[]
language sql stable
set search_path = ''
as $$
  with parties as (
    select p_account_id as buyer, farthing.account_for(p_provider.user_id) as provider
  ), paid_out as (
    -- The buyer may be a provider, too, with payout accounts of their own.
    select t.mark, t.provider_id = p_provider.provider_id as is_provider from farthing.payout_accounts t
    where t.provider_id = p_provider.provider_id or t.provider_id in (select s.provider_id
      from farthing.providers s where s.user_id = farthing.owner_of(p_account_id))
  ), marks as (
    -- A debit card can also receive payouts, so a card that one party has paid with can be the
    -- payout account of the other party.
    select k.kind, u.card as mark, u.account_id is not distinct from p.provider as is_provider,
      k.kind = 'shared_card' as is_shown
    from parties p join farthing.card_uses u on u.account_id in (p.buyer, p.provider)
    cross join (values ('shared_card'), ('shared_payout_account')) k (kind)
    where u.livemode -- all users share Stripe's test cards
    union all select 'shared_payout_account', t.mark, t.is_provider, true from paid_out t
    where (select livemode from farthing.policy)
    union all select 'shared_address', d.ip_hash, d.account_id is not distinct from p.provider, true
    from parties p join farthing.fraud_decisions d on d.account_id in (p.buyer, p.provider)
    where d.ip_hash is not null
    union all select 'shared_address', decode(p_ip_hash, 'hex'), false, true where p_ip_hash is not null
  )
  select array_agg(distinct s.kind order by s.kind) from (
    select kind from marks group by kind, mark
    having bool_or(is_provider) and bool_or(not is_provider) and bool_or(is_shown)) s
$$;
comment on function farthing.shared_by(bigint, farthing.providers, text) is
  'Returns what a buyer and a provider share: shared_card, shared_payout_account, shared_address; '
  'null if they share nothing. Compares their payout accounts, their cards and IP addresses of the '
  'last 90 days, and the IP address of this request (p_ip_hash).';

create function farthing.refuse_shared(
  p_account_id bigint, p_provider farthing.providers, p_ip_hash text, p_now timestamptz)
returns boolean
language plpgsql
set search_path = ''
as $$
declare
  v_shared text[];
begin
  if (select booking_shared_parties from farthing.policy) <> 'refuse' then
    return false;
  end if;
  v_shared := farthing.shared_by(p_account_id, p_provider, p_ip_hash);
  insert into farthing.fraud_decisions (account_id, action, outcome, reasons, ip_hash, decided_at)
  select p_account_id, 'booking', 'refuse', v_shared, decode(p_ip_hash, 'hex'), p_now
  where v_shared is not null;
  return v_shared is not null;
end
$$;
comment on function farthing.refuse_shared is
  'Returns whether the policy refuses a booking because the buyer and the provider share something. '
  'Records the refusal.';

create function farthing.keep_address(p_booking farthing.bookings, p_ip_hash text, p_now timestamptz)
returns void
language sql
set search_path = ''
as $$
  insert into farthing.fraud_decisions (account_id, action, outcome, reasons, ip_hash, booking_id, decided_at)
  select p_booking.account_id, 'booking', 'allow', '{within_limits}', decode(p_ip_hash, 'hex'),
    p_booking.booking_id, p_now
  where p_ip_hash is not null
$$;
comment on function farthing.keep_address(farthing.bookings, text, timestamptz) is
  'Records the IP address from which an allowed booking was made; records nothing if the address '
  'is unknown. flag_booking() later compares the recorded addresses.';

create function farthing.flag_booking(p_booking farthing.bookings, p_now timestamptz)
returns void
language sql
set search_path = ''
as $$
  -- A reason is left out if an earlier decision has already flagged this booking for it.
  insert into farthing.fraud_decisions (account_id, action, outcome, reasons, booking_id, decided_at)
  select p_booking.account_id, 'booking', 'flag', n.reasons, p_booking.booking_id, p_now
  from (select array_agg(r order by r) as reasons
    from farthing.providers p, unnest(farthing.shared_by(p_booking.account_id, p)) r
    where p.provider_id = p_booking.provider_id and not exists (select from farthing.fraud_decisions d
      where d.booking_id = p_booking.booking_id and d.outcome = 'flag' and r = any (d.reasons))) n
  where n.reasons is not null
$$;
comment on function farthing.flag_booking(farthing.bookings, timestamptz) is
  'Flags a booking whose buyer and provider share a card, a payout account or an IP address. A '
  'reason that was flagged before is not flagged again. The caller has locked the account.';
