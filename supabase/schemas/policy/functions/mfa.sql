-- The second factor (MFA) of operators: whether the policy's operator_mfa (policy/tables.sql)
-- requires one for changes, and the refusal of a setting that could lock operators out.

create function farthing.mfa_applies(p_operator_mfa text, p_livemode boolean)
returns boolean
language sql stable
set search_path = ''
as $$
  -- Before Stripe's first event, only Stripe's key shows whether the mode is live.
  select p_operator_mfa = 'required'
    or p_operator_mfa = 'live' and (p_livemode is true or p.livemode is true)
  from farthing.policy p
$$;
comment on function farthing.mfa_applies(text, boolean) is
  'Returns whether a value of the setting operator_mfa requires a second factor now. p_livemode: whether '
  'Stripe''s key is a live one.';

create function farthing.refuse_lockout(
  p_changes jsonb, p_author text, p_has_second_factor boolean, p_livemode boolean)
returns void
language plpgsql stable
set search_path = ''
as $$
begin
  if p_author like 'operator:%' and p_has_second_factor is not true
    and farthing.mfa_applies(p_changes ->> 'operator_mfa', p_livemode)
  then
    perform farthing.fail('mfa_required', 'This value of operator_mfa would require a second factor, and the '
      'token shows none. Verify one with supabase.auth.mfa, then send the new token.', null,
      'changes.operator_mfa');
  end if;
end
$$;
comment on function farthing.refuse_lockout(jsonb, text, boolean, boolean) is
  'Fails with mfa_required if an operator without a second factor sets operator_mfa to a value that requires '
  'one now. Without this check, operators could lock themselves out: if none of them had a second factor, '
  'only a secret key could change the setting back.';
