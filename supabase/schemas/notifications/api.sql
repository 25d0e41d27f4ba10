-- Notifications: queue, claim, report as sent or failed; and a user's own through the data API.

create view farthing_public.notices with (security_invoker = true) as
select n.notice_id as id, n.template, n.data, n.created_at from farthing.notices n;
comment on view farthing_public.notices is
  'The caller''s own notifications: template and data. Credits as text.';
grant select on farthing_public.notices to authenticated;

create function farthing_public.notices_send(
  p_template text, p_user_id uuid default null, p_email text default null, p_data jsonb default '{}',
  p_idempotency_key text default null, p_fingerprint text default null, p_kept_seconds int default 86400,
  p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role owns no table
set search_path = pg_catalog, pg_temp
as $$
declare
  v_answer jsonb := farthing.idempotency_find(p_idempotency_key, p_fingerprint, p_now,
    make_interval(secs => p_kept_seconds));
  v_id uuid := gen_random_uuid();
  v_account_id bigint;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  if num_nonnulls(p_user_id, p_email) <> 1 then
    perform farthing.fail('invalid_request', 'to must have either user_id or email.', null, 'to');
  end if;
  if p_user_id is not null then
    v_account_id := coalesce(farthing.account_for(p_user_id),
      (farthing.lock_account(p_user_id, p_now)).account_id);
  end if;
  insert into farthing.notices (notice_id, recipient, account_id, address, template, subject, data,
    next_attempt_at, created_at)
  values (v_id, case when p_email is null then 'owner' else 'address' end, v_account_id, p_email, p_template,
    v_id::text, farthing.json_argument(p_data), p_now, p_now);
  return farthing.idempotency_keep(p_idempotency_key, p_fingerprint, 200,
    jsonb_build_object('notification_id', v_id, 'status', 'queued'), p_now);
end
$$;
grant execute on function farthing_public.notices_send to service_role;
comment on function farthing_public.notices_send is
  'Queues a notification to a user or to an address: {notification_id, status: queued}. p_kept_seconds: '
  'for how long a repeat counts as the same request. Fails not_found, invalid_request.';

create function farthing_public.notices_claim(
  p_mail text default null, p_limit int default 10, p_lease_id uuid default null,
  p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role owns no table, and addresses are Auth's
set search_path = pg_catalog, pg_temp
as $$
declare
  -- Longer than any request can live (150 s).
  c_lease constant interval := interval '5 minutes';
  -- Resend remembers an idempotency key for a day.
  c_known constant interval := interval '23 hours';
  v_lease_id uuid := coalesce(p_lease_id, gen_random_uuid());
begin
  -- A repeat, since the answer was lost: the first call is over, and its claimed notifications are returned
  -- again.
  perform pg_advisory_xact_lock(hashtextextended(v_lease_id::text, 0));
  if p_lease_id is null or not exists (
    select from farthing.notices where state = 'sending' and lease_id = p_lease_id) then
    perform farthing.end_notice_leases(p_now);
    with due as (
      select d.notice_id from farthing.notices d
      where d.state in ('queued', 'failed') and d.next_attempt_at <= p_now
        and (d.recipient = 'webhook' or p_mail is not null)
        -- A service cannot recognise a repeat of a notification that another service may have sent.
        and (d.recipient = 'webhook' or d.in_doubt_since is null
          or (d.sender = p_mail and d.in_doubt_since > p_now - c_known))
      order by farthing.notice_turn(d.recipient), d.next_attempt_at limit least(p_limit, 100)
      for update skip locked
    )
    update farthing.notices n
    set state = 'sending', attempts = n.attempts + 1, next_attempt_at = null,
      lease_id = v_lease_id, leased_until = p_now + c_lease,
      sender = case n.recipient when 'webhook' then 'webhook' else p_mail end
    from due where n.notice_id = due.notice_id;
  end if;
  return (
    select coalesce(jsonb_agg(jsonb_build_object('notice_id', c.notice_id, 'lease_id', c.lease_id,
      'recipient', c.recipient, 'address', coalesce(c.address, u.email), 'template', c.template,
      'data', c.data)), '[]')
    from farthing.notices c left join auth.users u on u.id = farthing.owner_of(c.account_id)
    where c.state = 'sending' and c.lease_id = v_lease_id);
end
$$;
grant execute on function farthing_public.notices_claim to service_role;
comment on function farthing_public.notices_claim is
  'Leases due notifications to one runner for five minutes: {notice_id, lease_id, recipient, address, '
  'template, data}. address: null for operators, webhooks and deleted users. p_mail: the service that will '
  'send email; without one, only webhooks are leased. p_lease_id: the id of the claim; a repeat returns '
  'the same notifications.';

create function farthing_public.notices_sent(
  p_notice_id uuid, p_lease_id uuid, p_provider_id text default null, p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role owns no table
set search_path = pg_catalog, pg_temp
as $$
begin
  -- A late report is accepted: an uncertain notification was sent after all.
  update farthing.notices
  set state = 'sent', provider_id = left(p_provider_id, 255), last_error = null, address = null,
    finished_at = p_now, next_attempt_at = null, lease_id = null, leased_until = null
  where notice_id = p_notice_id
    and (lease_id = p_lease_id or (state in ('uncertain', 'failed') and last_error = 'runner_lost'));
  return jsonb_build_object('known', found);
end
$$;
grant execute on function farthing_public.notices_sent to service_role;
comment on function farthing_public.notices_sent is
  'The service has accepted a claimed notification: {known}, false if another runner has the claim by now.';

create function farthing_public.notices_failed(
  p_notice_id uuid, p_lease_id uuid, p_outcome text, p_error text, p_retry_after int default null,
  p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role owns no table
set search_path = pg_catalog, pg_temp
as $$
declare
  v_notice farthing.notices;
begin
  if p_outcome is null or p_outcome not in ('not_asked', 'again', 'never', 'unknown') then
    perform farthing.fail('invalid_request', 'outcome must be not_asked, again, never or unknown.', null,
      'outcome');
  end if;
  select * into v_notice from farthing.notices where notice_id = p_notice_id and lease_id = p_lease_id
  for update;
  if v_notice.notice_id is null then
    return '{"known": false}'::jsonb;
  end if;
  if p_outcome = 'not_asked' then
    v_notice.attempts := v_notice.attempts - 1; -- a claim without a request is no attempt
    perform farthing.retry_notice(v_notice, p_error,
      greatest(interval '1 minute', p_retry_after * interval '1 second'), p_now);
  elsif p_outcome = 'again' then
    -- 1, 3, 9 … 243 minutes, then six hours, with 20 % jitter: eight attempts span half a day.
    perform farthing.retry_notice(v_notice, p_error, greatest(
      least(interval '6 hours', interval '1 minute' * (3 ^ (v_notice.attempts - 1))) * (0.8 + 0.4 * random()),
      p_retry_after * interval '1 second'), p_now);
  else
    perform farthing.finish_notice(p_notice_id, case p_outcome when 'never' then 'dead' else 'uncertain' end,
      p_error, p_now);
  end if;
  return '{"known": true}'::jsonb;
end
$$;
grant execute on function farthing_public.notices_failed to service_role;
comment on function farthing_public.notices_failed is
  'A claimed notification was not sent. p_outcome: not_asked (no request was made: due again after at '
  'least a minute, not counted as an attempt), again (certainly not sent: due later, or dead after 8 '
  'attempts), never (the service refuses it: dead), unknown (it may have been sent: uncertain). p_error: a '
  'code. Returns {known}.';
