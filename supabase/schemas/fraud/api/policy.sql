-- Operators read and set the limits of the fraud check.

create function farthing_public.fraud_policy_read()
returns jsonb
language sql stable security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
  select farthing.policy_answer()
$$;
grant execute on function farthing_public.fraud_policy_read to service_role;
comment on function farthing_public.fraud_policy_read is
  'Returns the limits of checkouts and bookings, the reaction to an early fraud warning, and the author '
  'of the last change.';

create function farthing_public.fraud_policy_set(
  p_changes jsonb, p_author text default 'sql:' || session_user,
  p_idempotency_key text default null, p_fingerprint text default null, p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
declare
  v_answer jsonb := farthing.idempotency_find(p_idempotency_key, p_fingerprint, p_now);
begin
  if v_answer is not null then
    return v_answer;
  end if;
  perform farthing.require_operator(p_author);
  perform farthing.set_fraud_limits(farthing.json_argument(p_changes), p_author, p_now);
  return farthing.idempotency_keep(p_idempotency_key, p_fingerprint, 200, farthing.policy_answer(), p_now);
end
$$;
grant execute on function farthing_public.fraud_policy_set to service_role;
comment on function farthing_public.fraud_policy_set is
  'Changes the limits that are in p_changes. Returns {status: 200, replayed, data: policy}. Fails '
  'with invalid_request, and forbidden for an operator who has lost the role.';
