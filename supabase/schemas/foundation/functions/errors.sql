-- The errors of every RPC function: a code, a message, details, and the HTTP status.

create function farthing.fail(p_code text, p_message text, p_details jsonb default null,
  p_field text default null)
returns void
language plpgsql
set search_path = ''
as $$
declare
  -- The statuses of the codes that SQL raises. A test compares them with
  -- docs/reference/api/errors.md.
  v_status int := case p_code
    when 'invalid_request' then 400
    when 'mode_mismatch' then 400
    when 'insufficient_credits' then 402
    when 'spend_cap_reached' then 402
    when 'forbidden' then 403
    when 'grant_not_allowed' then 403
    when 'mfa_required' then 403
    when 'not_found' then 404
    when 'already_refunded' then 409
    when 'booking_not_cancellable' then 409
    when 'grant_not_pending' then 409
    when 'idempotency_in_progress' then 409
    when 'hold_not_open' then 409
    when 'job_not_cancellable' then 409
    when 'notification_not_dead' then 409
    when 'usage_conflict' then 409
    when 'reference_conflict' then 409
    when 'version_conflict' then 409
    when 'welcome_not_refused' then 409
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
  'Raises the error of an RPC function: SQLSTATE PGRST with {code, message, details, hint}. The '
  'hint names the invalid field. Every error that has a code is raised by this function.';
