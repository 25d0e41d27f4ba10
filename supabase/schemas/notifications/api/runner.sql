-- The runner claims notifications, and reports each one as sent or failed.

create function farthing_public.notifications_claim(
  p_limit int, p_mail text default null, p_lease_id uuid default null, p_languages jsonb default '["en"]',
  p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role has no rights on tables, and addresses are in Auth's table
set search_path = pg_catalog, pg_temp
as $$
begin
  return farthing.claim_notifications(p_mail, p_limit, p_lease_id,
    array(select jsonb_array_elements_text(farthing.json_argument(p_languages))), p_now);
end
$$;
grant execute on function farthing_public.notifications_claim to service_role;
comment on function farthing_public.notifications_claim is
  'Leases due notifications to the calling runner for five minutes. Returns an array of '
  '{notification_id, lease_id, recipient, address, template, data, locale, shop}. address: null '
  'for operators, webhooks and deleted users. locale, shop: the values that the first claim '
  'stored. p_mail: the service that will send email; if it is null, only webhooks are leased. '
  'p_lease_id: the id of the claim; a repeated call with the same id returns the same '
  'notifications. p_languages: the languages in which the runner has texts.';

create function farthing_public.notifications_sent(
  p_notification_id uuid, p_lease_id uuid, p_provider_id text default null, p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
begin
  -- A late report is accepted: it shows that a notification whose lease has ended was sent after
  -- all.
  update farthing.notifications
  set state = 'sent', provider_id = left(p_provider_id, 255), last_error = null, address = null,
    shop = null, finished_at = p_now, next_attempt_at = null, lease_id = null, leased_until = null
  where notification_id = p_notification_id
    and (lease_id = p_lease_id or (state in ('uncertain', 'failed') and last_error = 'runner_lost'));
  return jsonb_build_object('known', found);
end
$$;
grant execute on function farthing_public.notifications_sent to service_role;
comment on function farthing_public.notifications_sent is
  'Records that the service has accepted a claimed notification. Returns {known}: false if the notification '
  'no longer waits for this report, for example because another runner has claimed it.';

create function farthing_public.notifications_failed(
  p_notification_id uuid, p_lease_id uuid, p_outcome text, p_error text, p_retry_after int default null,
  p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
declare
  v_notification farthing.notifications;
begin
  if p_outcome is null or p_outcome not in ('not_asked', 'again', 'never', 'unknown') then
    perform farthing.fail('invalid_request', '`outcome` must be `not_asked`, `again`, `never` or `unknown`.',
      null, 'outcome');
  end if;
  select * into v_notification from farthing.notifications where notification_id = p_notification_id
    and lease_id = p_lease_id
  for update;
  if v_notification.notification_id is null then
    return '{"known": false}'::jsonb;
  end if;
  perform farthing.end_attempt(v_notification, p_outcome, p_error, p_retry_after, p_now);
  return '{"known": true}'::jsonb;
end
$$;
grant execute on function farthing_public.notifications_failed to service_role;
comment on function farthing_public.notifications_failed is
  'Records that a claimed notification was not sent. p_outcome: `not_asked` (no request was made '
  'to the service; the notification is due again after at least a minute, and no attempt is '
  'counted), `again` (it was certainly not sent; it is due later, or dead after 8 attempts), '
  '`never` (the service refuses it; it is dead) or `unknown` (it may have been sent; it is '
  'uncertain). A notification that an earlier attempt may have sent becomes uncertain instead of '
  'dead. p_error: a code. Returns {known}. Fails with invalid_request.';
