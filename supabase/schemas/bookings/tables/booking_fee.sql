-- Computes and rounds the platform's fee of a booking. The rate is a setting,
-- booking_fee_basis_points (policy/tables.sql). This function is created before the table bookings,
-- because a check constraint of the table uses it.

create function farthing.booking_fee(p_amount bigint, p_currency text, p_basis_points int)
returns bigint
language sql immutable
set search_path = ''
as $$
  -- The fee is computed with integers and rounded half up to a multiple of the currency's step.
  select (p_amount * p_basis_points + 5000 * s) / (10000 * s) * s
  from (select farthing.currency_step(p_currency)::bigint as s) step
$$;
comment on function farthing.booking_fee(bigint, text, int) is
  'Returns the fee of an amount, both in minor units: p_basis_points of the amount, rounded half up to '
  'the currency''s step.';
