-- Notifications that a back end requests, to a user or to an address.

create function farthing.queue_requested_notification(
  p_template text, p_user_id uuid, p_email text, p_data jsonb, p_locale text, p_now timestamptz)
returns uuid
language plpgsql
set search_path = ''
as $$
declare
  v_id uuid := gen_random_uuid();
  v_account_id bigint;
begin
  if p_user_id is not null then
    v_account_id := coalesce(farthing.account_for(p_user_id),
      (farthing.lock_account(p_user_id, p_now)).account_id);
  end if;
  insert into farthing.notifications (notification_id, recipient, account_id, address, template, subject,
    data, locale, next_attempt_at, created_at)
  values (v_id, case when p_email is null then 'owner' else 'address' end, v_account_id, p_email, p_template,
    v_id::text, p_data, p_locale, p_now, p_now);
  return v_id;
end
$$;
comment on function farthing.queue_requested_notification(text, uuid, text, jsonb, text, timestamptz) is
  'Queues a notification that a back end requested, to a user or to an address. Its locale is '
  'p_locale or, if that is null, the recipient''s locale. Returns the notification''s id. Fails '
  'with not_found.';
