-- A back end queues a notification to a user or to an address.

create function farthing_public.notifications_send(
  p_template text, p_user_id uuid default null, p_email text default null, p_data jsonb default '{}',
  p_locale text default null, p_idempotency_key text default null, p_fingerprint text default null,
  p_kept_seconds int default null, p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
declare
  v_answer jsonb := farthing.idempotency_find(p_idempotency_key, p_fingerprint, p_now,
    make_interval(secs => p_kept_seconds));
  v_id uuid;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  if num_nonnulls(p_user_id, p_email) <> 1 then
    perform farthing.fail('invalid_request', '`to` must have either `user_id` or `email`.', null, 'to');
  end if;
  v_id := farthing.queue_requested_notification(p_template, p_user_id, p_email,
    farthing.json_argument(p_data), p_locale, p_now);
  return farthing.idempotency_keep(p_idempotency_key, p_fingerprint, 200,
    jsonb_build_object('notification_id', v_id, 'status', 'queued'), p_now);
end
$$;
grant execute on function farthing_public.notifications_send to service_role;
comment on function farthing_public.notifications_send is
  'Queues a notification to a user or to an address. Returns {status: 200, replayed, data: '
  '{notification_id, status: queued}}. p_locale: a locale such as de or de-AT; if it is null, the '
  'recipient''s locale. p_kept_seconds: for how many seconds a repeated call counts as the same '
  'request; null for the usual 24 hours. Fails with not_found, invalid_request.';
