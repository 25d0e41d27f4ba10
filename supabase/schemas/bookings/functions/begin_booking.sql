-- The beginning of a booking. A booking is committed before Stripe is called, and abandoned if
-- Stripe makes no payment (abandon_booking.sql).

create function farthing.check_booking(
  p_user_id uuid, p_provider farthing.providers, p_amount bigint, p_currency text)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_step int := farthing.currency_step(p_currency);
begin
  if v_step is null then
    perform farthing.fail('invalid_request',
      'currency must be a currency that Stripe supports, in lower case, such as usd.', null, 'currency');
  end if;
  if p_amount is null or p_amount not between 1 and 99999999 then
    perform farthing.fail('invalid_request',
      'amount must be between 1 and 99999999, in the currency''s minor unit.', null, 'amount');
  end if;
  if p_amount % v_step <> 0 then
    perform farthing.fail('invalid_request', 'amount must be a multiple of details.step in this currency.',
      jsonb_build_object('step', v_step), 'amount');
  end if;
  -- A provider whose user is deleted could not confirm the booking, so the booking is refused.
  if p_provider.user_id is null or not p_provider.charges_enabled then
    perform farthing.fail('invalid_request',
      'provider_id must name a provider whose charges_enabled is true.', null, 'provider_id');
  end if;
  if p_provider.user_id = p_user_id then
    perform farthing.fail('invalid_request', 'You can''t book your own services.', null, 'provider_id');
  end if;
end
$$;
comment on function farthing.check_booking is
  'Refuses an impossible booking. Fails with invalid_request, with the field currency, amount or '
  'provider_id.';

create function farthing.begun_booking(p_wanted farthing.bookings, p_now timestamptz)
returns farthing.bookings
language sql
set search_path = ''
as $$
  select * from farthing.bookings b
  where b.origin_key = p_wanted.origin_key and b.status = 'payment_pending'
    and b.created_at > p_now - farthing.unanswered_booking_life()
    and (b.account_id, b.provider_id, b.amount, b.currency, b.client_temp_id, b.details::jsonb)
    is not distinct from (p_wanted.account_id, p_wanted.provider_id, p_wanted.amount, p_wanted.currency,
      p_wanted.client_temp_id, p_wanted.details::jsonb)
  for update
$$;
comment on function farthing.begun_booking(farthing.bookings, timestamptz) is
  'Returns the booking that an earlier request with the same idempotency key and terms began and '
  'did not finish; null if there is none. The caller has locked the account.';

create function farthing.new_booking(p_wanted farthing.bookings, p_now timestamptz)
returns farthing.bookings
language plpgsql
set search_path = ''
as $$
declare
  v_booking farthing.bookings;
begin
  -- begun_booking() found no booking to continue. So a booking that still has this idempotency key
  -- has other terms, or can't be continued any more. It is given up.
  perform farthing.give_up_booking(b, p_now) from farthing.bookings b
  where b.origin_key = p_wanted.origin_key;
  insert into farthing.bookings (account_id, provider_id, amount, currency, fee_basis_points,
    application_fee_amount, transfer_at, client_temp_id, details, origin_key, created_at, updated_at)
  select p_wanted.account_id, p_wanted.provider_id, p_wanted.amount, p_wanted.currency,
    p.booking_fee_basis_points,
    farthing.booking_fee(p_wanted.amount, p_wanted.currency, p.booking_fee_basis_points),
    p.booking_transfer_at,
    p_wanted.client_temp_id, p_wanted.details, p_wanted.origin_key, p_now, p_now
  from farthing.policy p
  returning * into v_booking;
  return v_booking;
end
$$;
comment on function farthing.new_booking(farthing.bookings, timestamptz) is
  'Makes a new booking, with the policy''s current fee rate. The caller has locked the account.';

create function farthing.begin_booking(
  p_wanted farthing.bookings, p_provider farthing.providers, p_ip_hash text, p_now timestamptz)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  v_booking farthing.bookings := farthing.begun_booking(p_wanted, p_now);
  v_verdict jsonb := farthing.check_fraud(p_wanted.account_id, 'booking', p_ip_hash, p_now,
    p_is_new => v_booking.booking_id is null, p_provider_id => p_wanted.provider_id);
begin
  if v_verdict ->> 'outcome' = 'refuse' then
    return (v_verdict - 'outcome') || '{"step": "refused"}';
  end if;
  if farthing.refuse_shared(p_wanted.account_id, p_provider, p_ip_hash, p_now) then
    return '{"step": "refused", "code": "forbidden", "limit": null, "retry_after": null}'::jsonb;
  end if;
  if v_booking.booking_id is null then
    v_booking := farthing.new_booking(p_wanted, p_now);
    perform farthing.keep_address(v_booking, p_ip_hash, p_now);
  end if;
  return jsonb_build_object('step', 'create', 'booking', jsonb_build_object(
    'booking_id', v_booking.booking_id, 'amount', v_booking.amount, 'currency', v_booking.currency,
    'application_fee_amount', v_booking.application_fee_amount, 'transfer_at', v_booking.transfer_at,
    'stripe_account_id', p_provider.stripe_account_id,
    'mark', (select installation_id from farthing.policy)));
end
$$;
comment on function farthing.begin_booking is
  'Continues the booking that an earlier request began, or makes a new one. Returns the next step: '
  '"create" with the values for Stripe, or "refused" with code, limit (whose limit was reached: '
  '"buyer", "provider" or null) and retry_after (seconds). The caller has locked the account.';
