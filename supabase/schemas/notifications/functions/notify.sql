-- The outbox: notifications to users and operators are stored until they are sent. A notification
-- commits with its cause, and a transaction that moves money never waits for mail. There is one
-- notification per template and subject (such as an order). So no notification is queued twice if a
-- scheduled task finds the same subject again, or if two tasks run at once. The rows contain no
-- personal data: the recipient's address is looked up when the notification is sent. There is one
-- exception: an address that a caller gives is stored until the notification is sent or given up.

create function farthing.notify(
  p_account_id bigint, p_template text, p_subject text, p_data jsonb, p_now timestamptz)
returns boolean
language plpgsql
set search_path = ''
as $$
begin
  insert into farthing.notifications (account_id, template, subject, data, next_attempt_at, created_at)
  select p_account_id, p_template, p_subject, p_data, p_now, p_now
  where exists (select from farthing.accounts where account_id = p_account_id and left_at is null)
  on conflict on constraint notifications_once do nothing;
  return found;
exception when others then
  -- The money must move even if the notification cannot be stored, so the error is only logged.
  raise warning 'farthing: a notification % was not queued: %', p_template, sqlstate;
  return false;
end
$$;
comment on function farthing.notify(bigint, text, text, jsonb, timestamptz) is
  'Queues a notification to an account''s owner; false if the account already has a notification '
  'of this template and subject, or if the owner was deleted. Never fails: if the notification '
  'cannot be written, the server''s log has a warning.';

create function farthing.notify_operators(
  p_template text, p_subject text, p_data jsonb, p_now timestamptz)
returns boolean
language plpgsql
set search_path = ''
as $$
begin
  insert into farthing.notifications (recipient, template, subject, data, next_attempt_at, created_at)
  select r, p_template, p_subject, p_data, p_now, p_now from unnest(array['operators', 'webhook']) r
  on conflict (recipient, template, subject) where account_id is null do nothing;
  return found;
exception when others then
  raise warning 'farthing: a notification % was not queued: %', p_template, sqlstate;
  return false;
end
$$;
comment on function farthing.notify_operators(text, text, jsonb, timestamptz) is
  'Notifies the operators, by email and by webhook, once per template and subject; false if both '
  'notifications already exist. Never fails: if the notification cannot be written, the server''s log '
  'has a warning.';
