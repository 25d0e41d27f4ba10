-- Deny first: the private schema, and no privilege that nobody granted by name.
-- Why: functions are executable by PUBLIC unless revoked, and a money function that anybody may call is the
-- commonest hole of this field. The global form of "alter default privileges" is the one that takes PUBLIC's
-- execute away; the per-schema form does nothing against it.
-- Locks: none that matter; runs on an empty schema.

create schema farthing;
comment on schema farthing is 'Tables and rules of the credit ledger. Never exposed through the data API.';

alter default privileges revoke execute on functions from public, anon, authenticated, service_role;
alter default privileges in schema public revoke execute on functions from public, anon, authenticated,
  service_role;
alter default privileges in schema public revoke all on tables from public, anon, authenticated, service_role;
alter default privileges in schema public revoke all on sequences from public, anon, authenticated,
  service_role;

revoke all on schema farthing from public;
-- Browser roles reach the private schema only through invoker views in public, table by table, behind RLS.
grant usage on schema farthing to anon, authenticated;

create function farthing.fail(p_code text, p_message text, p_details jsonb default null,
  p_field text default null)
returns void
language plpgsql
set search_path = ''
as $$
declare
  -- The statuses of docs/api/errors.md for the codes that SQL raises; a test compares the two.
  v_status int := case p_code
    when 'invalid_request' then 400
    when 'mode_mismatch' then 400
    when 'insufficient_credits' then 402
    when 'spend_cap_reached' then 402
    when 'forbidden' then 403
    when 'grant_not_allowed' then 403
    when 'not_found' then 404
    when 'already_refunded' then 409
    when 'booking_not_cancellable' then 409
    when 'grant_not_pending' then 409
    when 'idempotency_in_progress' then 409
    when 'hold_not_open' then 409
    when 'job_not_cancellable' then 409
    when 'usage_conflict' then 409
    when 'reference_conflict' then 409
    when 'idempotency_key_reused' then 422
    when 'overdraft_exceeded' then 422
    when 'refund_too_large' then 422
    when 'unknown_model' then 422
    when 'unknown_package' then 422
    else 500
  end;
begin
  raise sqlstate 'PGRST' using
    message = jsonb_strip_nulls(jsonb_build_object(
      'code', p_code, 'message', p_message, 'details', p_details::text, 'hint', p_field))::text,
    detail = jsonb_build_object('status', v_status, 'headers', jsonb_build_object())::text;
end
$$;
comment on function farthing.fail(text, text, jsonb, text) is
  'The one way to refuse: raises SQLSTATE PGRST with {code, message, details, hint}; hint names the bad '
  'field.';

create function farthing.parse_amount(p_amount text, p_field text, p_zero_allowed boolean default false)
returns numeric
language plpgsql immutable
set search_path = ''
as $$
begin
  if p_amount is null or p_amount !~ '^(0|[1-9][0-9]{0,19})(\.[0-9]{1,18})?$' then
    perform farthing.fail('invalid_request',
      'An amount is a decimal string with at most 20 digits before and 18 after the point.', null, p_field);
  end if;
  if p_amount::numeric = 0 and not p_zero_allowed then
    perform farthing.fail('invalid_request', 'An amount is greater than zero.', null, p_field);
  end if;
  return p_amount::numeric;
end
$$;
comment on function farthing.parse_amount(text, text, boolean) is
  'Text to credits: no sign, no exponent, no NaN, at most 18 decimals; fails invalid_request naming the '
  'field.';

create function farthing.json_argument(p_value jsonb)
returns jsonb
language plpgsql immutable
set search_path = ''
as $$
begin
  -- Some REST servers hand a json argument over as one JSON string; both forms mean the same.
  return nullif(case jsonb_typeof(p_value) when 'string' then (p_value #>> '{}')::jsonb else p_value end,
    'null');
end
$$;
comment on function farthing.json_argument(jsonb) is
  'A jsonb argument as it was meant, whether it came as JSON or as a string of JSON.';
