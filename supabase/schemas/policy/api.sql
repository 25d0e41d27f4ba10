-- The check whether operators need a second factor for changes.

create function farthing_public.mfa_check(p_livemode boolean)
returns jsonb
language plpgsql stable security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
begin
  if farthing.mfa_applies((select operator_mfa from farthing.policy), p_livemode) then
    perform farthing.fail('mfa_required',
      'Operators need a second factor for changes. Verify one with supabase.auth.mfa, then send the '
      'new token.');
  end if;
  return '{}'::jsonb;
end
$$;
grant execute on function farthing_public.mfa_check to service_role;
comment on function farthing_public.mfa_check(boolean) is
  'Fails with mfa_required if the policy requires a second factor. Endpoints call this function before '
  'a change by an operator whose token does not have the level aal2, which a second factor gives. '
  'p_livemode: whether Stripe''s key is a live one.';
