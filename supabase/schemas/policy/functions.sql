-- Changes of the policy.

create function farthing.set_policy(p_changes jsonb, p_reason text, p_author text default null,
  p_now timestamptz default now())
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_columns text := farthing.listed(array(select jsonb_object_keys(p_changes)));
begin
  perform farthing.allow_change(p_author, p_reason);
  execute format('update farthing.policy set (%1$s) = (select %1$s from jsonb_populate_record(
    null::farthing.policy, $1)), updated_at = $2, updated_by = $3 where one_row', v_columns)
  using p_changes, p_now, coalesce(p_author, 'sql:' || session_user);
end
$$;
comment on function farthing.set_policy(jsonb, text, text, timestamptz) is
  'Changes columns of the policy: p_changes is {column: value}. The reason and the author are audited.';

create function farthing.accounting_policy(p_name text, p_now timestamptz)
returns farthing.accounting_policies
language plpgsql stable
set search_path = ''
as $$
begin
  return (select p from farthing.accounting_policies p where p.name = p_name and p.effective_from <= p_now
    order by p.effective_from desc, p.version desc limit 1);
end
$$;
comment on function farthing.accounting_policy(text, timestamptz) is
  'Returns the version of the accounting policy p_name that applies at p_now.';

create function farthing.mfa_applies(p_operator_mfa text, p_livemode boolean)
returns boolean
language sql stable
set search_path = ''
as $$
  -- Before the first event only Stripe's key shows the mode.
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
    perform farthing.fail('mfa_required', 'You need a second factor to set this value, because without one '
      'you could not change it back. Verify one with supabase.auth.mfa, then send the new token.', null,
      'changes.operator_mfa');
  end if;
end
$$;
comment on function farthing.refuse_lockout(jsonb, text, boolean, boolean) is
  'Fails mfa_required if an operator without a second factor would require a second factor of operators: '
  'if no operator has one, only a secret key could change the setting back.';
