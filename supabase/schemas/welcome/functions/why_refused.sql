-- The reasons to refuse welcome credits, such as an earlier grant for the same email address, a
-- blocked domain or the daily limit.

create function farthing.welcome_reason(p_email text, p_policy farthing.policy, p_now timestamptz)
returns text
language sql stable
set search_path = ''
as $$
  select case
    when p_policy.welcome_credits = 0 then 'off'
    when farthing.normalised_email(p_email) is null then 'no_email'
    when farthing.is_blocked_domain(p_email) then 'domain_blocked'
    when exists (select from farthing.welcome_grants
      where email_hash = farthing.email_hash(p_email) and status = 'granted') then 'email_known'
    when p_policy.welcome_credits + coalesce((select granted from farthing.welcome_days
      where day = (p_now at time zone 'UTC')::date), 0) > p_policy.welcome_credits_day then 'day_ceiling' end
$$;
comment on function farthing.welcome_reason(text, farthing.policy, timestamptz) is
  'Returns why an address gets no welcome credits now; null if it gets them. The caller holds the '
  'advisory lock of grant_welcome(), so that the later of two parallel grants counts the earlier '
  'one.';
