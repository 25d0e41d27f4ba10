-- The list of the policy's settings, with what operators need to know about each one, so that a
-- console needs no list of its own.

create function farthing.policy_terms()
returns setof farthing.setting_kind
language sql immutable
set search_path = ''
as $$
  select s.* from unnest(array[
    -- Notifications and automatic top-ups
    ('low_balance', 'decimal', 'credits', 0, 99999999999999999999, null,
      'The available credits below which a user without a threshold of their own is notified.'),
    ('top_up_currency', 'currency', null, null, null, null, 'The currency of automatic top-ups.'),
    ('top_up_credits_per_unit', 'decimal', 'credits per minor unit', 0.000000000000000001,
      99999999999999999999, null, 'The credits that a top-up grants for one minor unit of its currency.'),
    ('top_up_smallest', 'integer', 'minor units', 1, 99999999, null,
      'The smallest charge of a top-up, at most top_up_highest_cap.'),
    ('top_up_highest_cap', 'integer', 'minor units', 1, 99999999, null,
      'The highest monthly cap that a user may set, at least top_up_smallest.'),
    ('top_up_cool_down', 'duration', 'seconds', 60, 2678400, null,
      'The pause between two top-ups of an account.'),
    -- Operators
    ('operator_mfa', 'choice', null, null, null, '{off,live,required}', 'Whether operators need a second '
      'factor for changes: `off` never, `live` in Stripe''s live mode, `required` always. Secret keys never '
      'need one.'),
    ('grant_ceiling', 'decimal', 'credits', 0.000000000000000001, 99999999999999999999, null,
      'A grant of more than this many credits needs a confirmation. At most grant_ceiling_author_day.'),
    ('grant_ceiling_author_day', 'decimal', 'credits', 0.000000000000000001, 99999999999999999999, null,
      'The credits that one operator may grant in a day without a confirmation. At most grant_ceiling_day.'),
    ('grant_ceiling_day', 'decimal', 'credits', 0.000000000000000001, 99999999999999999999, null,
      'The credits that all operators together may grant in a day without a confirmation.'),
    ('grant_ceilings_bind_keys', 'boolean', null, null, null, '{true,false}',
      'Whether the ceilings also bind secret keys.'),
    ('keys_confirm_grants', 'boolean', null, null, null, '{true,false}',
      'Whether a secret key may confirm a grant.'),
    ('pending_grant_life', 'duration', 'seconds', 3600, 2678400, null,
      'For how long a grant waits for its confirmation.'),
    ('welcome_credits', 'decimal', 'credits', 0, 99999999999999999999, null, 'The promotional credits for a '
      'new user with a confirmed email address. 0 grants none. At most welcome_credits_day.'),
    ('welcome_credits_life', 'duration', 'seconds', 0, 311040000, null,
      'The time after which welcome credits expire. 0 means never.'),
    ('welcome_credits_day', 'decimal', 'credits', 0, 99999999999999999999, null,
      'The most welcome credits that the shop grants in a day (UTC).'),
    -- Bookings
    ('booking_fee_basis_points', 'integer', 'hundredths of a percent', 0, 10000, null,
      'The application fee of a new booking.'),
    ('booking_transfer_at', 'choice', null, null, null, '{payment,completed}',
      'Whether the provider of a booking gets their share with its payment or at its completion.'),
    ('booking_shared_parties', 'choice', null, null, null, '{flag,refuse}', 'Whether a booking is flagged or '
      'refused if its buyer and its provider share a card, a payout account or an address.')
  ]::farthing.setting_kind[]) s
$$;
comment on function farthing.policy_terms() is
  'Returns the settings of top-ups, operators, grants and bookings.';

create function farthing.policy_limits()
returns setof farthing.setting_kind
language sql immutable
set search_path = ''
as $$
  select s.* from unnest(array[
    -- Fraud and limits
    ('early_fraud_warning', 'choice', null, null, null, '{review,refund}', 'The reaction to an early '
      'fraud warning: `review` freezes the payment''s credits until an operator decides; `refund` refunds '
      'the payment at once.'),
    ('sessions_per_user_hour', 'integer', 'checkouts', 1, 1000000, null,
      'The most new checkouts of a user in an hour.'),
    ('sessions_per_ip_hour', 'integer', 'checkouts', 1, 1000000, null,
      'The most new checkouts from an IP address in an hour.'),
    ('failed_cards_per_user_hour', 'integer', 'payments', 1, 1000000, null,
      'The number of declined payments in an hour after which a user''s checkouts are refused.'),
    ('users_per_card_day', 'integer', 'users', 1, 1000000, null,
      'The most users who may share a card in a day.'),
    ('cards_per_user_day', 'integer', 'cards', 1, 1000000, null,
      'The most cards that a user may use in a day.'),
    ('bookings_per_provider_hour', 'integer', 'bookings', 1, 1000000, null,
      'The most new bookings of a provider in an hour, from all buyers together.'),
    -- Usage, holds and streams
    ('overdraft_factor', 'decimal', 'times the hold', 0, 1000, null,
      'The most debt that one settlement may leave, as a multiple of its hold.'),
    ('overdraft_floor', 'decimal', 'credits', 0, 99999999999999999999, null,
      'The debt that a settlement may always leave, however small its hold is.'),
    ('late_settle_within', 'duration', 'seconds', 0, 2678400, null,
      'For how long a hold may be settled after it has expired.'),
    ('usage_max_age', 'duration', 'seconds', 60, 311040000, null,
      'How far in the past a reported usage may have occurred.'),
    ('usage_max_ahead', 'duration', 'seconds', 0, 86400, null,
      'How far in the future a reported usage may have occurred.'),
    ('abandoned_stream_timeout', 'duration', 'seconds', 0, 300, null, 'For how long a provider''s stream is '
      'read after its caller has left, to learn its usage. With 0, the chat is charged the most that it can '
      'have cost.'),
    ('stream_in_flight_tokens', 'integer', 'tokens', 64, 1000000, null, 'The most output tokens that a '
      'provider can have produced beyond the recorded ones when a stream breaks off.'),
    -- Payouts and reports
    ('paid_out_within', 'duration', 'seconds', 86400, 7776000, null,
      'After this time a payment that no payout lists is a mismatch.'),
    ('months_close_after', 'duration', 'seconds', 0, 2160000, null,
      'How long after its end (UTC) a month closes. Its figures no longer change from then on.')
  ]::farthing.setting_kind[]) s
$$;
comment on function farthing.policy_limits() is
  'Returns the settings of fraud, usage, holds, streams and payouts.';

create function farthing.policy_list()
returns setof farthing.setting_kind
language sql immutable
set search_path = ''
as $$
  select * from farthing.policy_terms()
  union all select * from farthing.policy_checkout()
  union all select * from farthing.policy_shop()
  union all select * from farthing.policy_limits()
$$;
comment on function farthing.policy_list() is
  'Returns each setting of the policy: its kind, unit, lowest and highest value, choices, and a '
  'description for operators. The default of a setting is the default of its column in '
  'farthing.policy.';
