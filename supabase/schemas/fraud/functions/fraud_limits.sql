-- The policy's settings about fraud, as operators read and change them: limits for checkouts,
-- bookings and cards, and the reaction to an early fraud warning. The defaults are in
-- policy/tables.sql.

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
  'Returns the policy''s settings about fraud, and the author and time of the last change.';

create function farthing.set_fraud_limits(p_changes jsonb, p_author text, p_now timestamptz)
returns void
language plpgsql
set search_path = ''
as $$
begin
  perform farthing.allow_change(p_author, 'the limits were changed');
  update farthing.policy set
    sessions_per_user_hour = coalesce((p_changes ->> 'sessions_per_user_hour')::int, sessions_per_user_hour),
    sessions_per_ip_hour = coalesce((p_changes ->> 'sessions_per_ip_hour')::int, sessions_per_ip_hour),
    failed_cards_per_user_hour = coalesce((p_changes ->> 'failed_cards_per_user_hour')::int,
      failed_cards_per_user_hour),
    users_per_card_day = coalesce((p_changes ->> 'users_per_card_day')::int, users_per_card_day),
    cards_per_user_day = coalesce((p_changes ->> 'cards_per_user_day')::int, cards_per_user_day),
    bookings_per_provider_hour = coalesce((p_changes ->> 'bookings_per_provider_hour')::int,
      bookings_per_provider_hour),
    early_fraud_warning = coalesce(p_changes ->> 'early_fraud_warning', early_fraud_warning),
    updated_at = p_now, updated_by = p_author
  where one_row;
end
$$;
comment on function farthing.set_fraud_limits(jsonb, text, timestamptz) is
  'Changes the settings that are in p_changes. The author and the change are audited.';
