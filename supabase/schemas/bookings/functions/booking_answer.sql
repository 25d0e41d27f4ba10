-- A booking in the form of the API, for its buyer or its provider.

create function farthing.booking_answer(p_booking farthing.bookings, p_role text)
returns jsonb
language sql immutable
set search_path = ''
as $$
  select jsonb_build_object('booking_id', p_booking.booking_id, 'role', p_role,
    'provider_id', p_booking.provider_id, 'status', p_booking.status, 'amount', p_booking.amount,
    'currency', p_booking.currency, 'application_fee_amount', p_booking.application_fee_amount,
    'amount_refunded', p_booking.amount_refunded, 'client_temp_id', p_booking.client_temp_id,
    'payment_intent_id', p_booking.payment_intent_id, 'details', p_booking.details,
    'created_at', p_booking.created_at, 'paid_at', p_booking.paid_at, 'confirmed_at', p_booking.confirmed_at,
    'completed_at', p_booking.completed_at, 'cancelled_at', p_booking.cancelled_at)
$$;
comment on function farthing.booking_answer(farthing.bookings, text) is
  'Returns a booking in the API''s form, for its buyer or its provider. Amounts are in minor units.';

create function farthing.booking_role(p_booking farthing.bookings, p_user_id uuid)
returns text
language sql stable
set search_path = ''
as $$
  select case
    when farthing.acts_for(p_user_id, p_booking.account_id) then 'buyer'
    when p_user_id = (select user_id from farthing.providers where provider_id = p_booking.provider_id)
    then 'provider' end
$$;
comment on function farthing.booking_role(farthing.bookings, uuid) is
  'Returns a user''s role in a booking: buyer or provider; null for any other user.';
