-- Claiming due notifications, with the address of each recipient and the shop's settings that
-- appear in its emails. A claim commits before a service is called, so each claim sends a
-- notification at most once. If the runner dies or the service's response is lost, the notification
-- may have been sent. leases.sql then ends the lease of the notification.

create function farthing.claim_notifications(p_mail text, p_limit int, p_lease_id uuid,
  p_languages text[], p_now timestamptz)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  -- A lease is longer than any request can run (150 seconds).
  c_lease constant interval := interval '5 minutes';
  -- The mail service Resend stores an idempotency key for 24 hours. This code relies on only 23
  -- hours.
  c_known constant interval := interval '23 hours';
  v_lease_id uuid := coalesce(p_lease_id, gen_random_uuid());
begin
  -- This call may repeat an earlier call whose response was lost: then it has the p_lease_id of
  -- that call. The lock waits until the earlier call has ended. Then the notifications that the
  -- earlier call claimed are returned again.
  perform pg_advisory_xact_lock(hashtextextended(v_lease_id::text, 0));
  if p_lease_id is null or not exists (
    select from farthing.notifications where state = 'sending' and lease_id = p_lease_id) then
    perform farthing.end_notification_leases(p_now);
    with due as (
      select d.notification_id from farthing.notifications d
      where d.state in ('queued', 'failed') and d.next_attempt_at <= p_now
        and (d.recipient = 'webhook' or p_mail is not null)
        -- If one mail service may have sent a notification, a different mail service must not send
        -- it, because only the first service can recognise the repeat.
        and (d.recipient = 'webhook' or d.in_doubt_since is null
          or (d.sender = p_mail and d.in_doubt_since > p_now - c_known))
      order by farthing.notification_turn(d.recipient), d.next_attempt_at limit least(p_limit, 100)
      for update skip locked
    )
    update farthing.notifications n
    set state = 'sending', attempts = n.attempts + 1, next_attempt_at = null,
      lease_id = v_lease_id, leased_until = p_now + c_lease,
      locale = coalesce(n.locale, farthing.locale_of_recipient(n, p_languages)),
      shop = coalesce(n.shop, farthing.shop_face()),
      sender = case n.recipient when 'webhook' then 'webhook' else p_mail end
    from due where n.notification_id = due.notification_id;
  end if;
  return (
    select coalesce(jsonb_agg(jsonb_build_object('notification_id', c.notification_id, 'lease_id', c.lease_id,
      'recipient', c.recipient, 'address', coalesce(c.address, u.email), 'template', c.template,
      'data', c.data, 'locale', c.locale, 'shop', c.shop)), '[]')
    from farthing.notifications c left join auth.users u on u.id = farthing.owner_of(c.account_id)
    where c.state = 'sending' and c.lease_id = v_lease_id);
end
$$;
comment on function farthing.claim_notifications(text, int, uuid, text[], timestamptz) is
  'Leases due notifications to the calling runner for five minutes; a repeated call with the same '
  'p_lease_id returns the same notifications. The first claim stores the recipient''s locale and '
  'the shop''s settings.';
