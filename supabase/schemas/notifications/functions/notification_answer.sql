-- A notification as operators read it.

create function farthing.notification_answer(p_notification farthing.notifications, p_is_named boolean)
returns jsonb
language plpgsql stable
set search_path = ''
as $$
declare
  v_user_id uuid := farthing.owner_of(p_notification.account_id);
  v_address text := coalesce(p_notification.address, (select email from auth.users where id = v_user_id));
begin
  return jsonb_build_object('notification_id', p_notification.notification_id,
    'recipient', p_notification.recipient, 'user_id', v_user_id,
    'address', case when p_is_named then v_address else farthing.masked_email(v_address) end,
    'template', p_notification.template, 'state', p_notification.state,
    'attempts', p_notification.attempts, 'next_attempt_at', p_notification.next_attempt_at,
    'sender', p_notification.sender, 'provider_id', p_notification.provider_id,
    'last_error', p_notification.last_error, 'created_at', p_notification.created_at,
    'finished_at', p_notification.finished_at, 'retried_at', p_notification.retried_at);
end
$$;
comment on function farthing.notification_answer(farthing.notifications, boolean) is
  'Returns a notification without its data. address: the recipient''s current address, masked '
  'unless the reader named the user. It is null for operators, webhooks and deleted users. It is '
  'also null if a back end gave the address and the address was erased.';
