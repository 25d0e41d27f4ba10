-- Operators retry notifications that were given up: a single one, or all those of a period, such as
-- the time of an outage.

create function farthing_public.notifications_retry(
  p_notification_id uuid, p_reason text, p_even_if_sent boolean default false,
  p_idempotency_key text default null, p_fingerprint text default null, p_author text default null,
  p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role has no rights on tables, and addresses are in Auth's table
set search_path = pg_catalog, pg_temp
as $$
declare
  v_answer jsonb := farthing.idempotency_find(p_idempotency_key, p_fingerprint, p_now);
  v_notification farthing.notifications;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  perform farthing.require_operator(coalesce(p_author, 'sql:' || session_user));
  perform farthing.require_reason(p_reason);
  select * into v_notification from farthing.notifications where notification_id = p_notification_id
  for update;
  if v_notification.notification_id is null then
    perform farthing.fail('not_found', 'There is no such notification.', null, 'id');
  end if;
  perform farthing.require_given_up(v_notification, p_even_if_sent);
  v_notification := farthing.retry_given_up(v_notification, p_reason, p_author, p_now);
  perform farthing.wake('notification-runner');
  return farthing.idempotency_keep(p_idempotency_key, p_fingerprint, 200,
    farthing.notification_answer(v_notification, false), p_now);
end
$$;
grant execute on function farthing_public.notifications_retry to service_role;
comment on function farthing_public.notifications_retry is
  'Queues a dead-lettered notification again, with eight new attempts; the operator and the reason are '
  'audited. p_even_if_sent: also retries a notification that may have been sent (uncertain). Returns '
  '{status: 200, replayed, data: notification}. Fails with not_found, forbidden, invalid_request, '
  'notification_not_dead.';

create function farthing_public.notifications_retry_dead(
  p_since timestamptz, p_limit int, p_until timestamptz default null, p_template text default null,
  p_error text default null, p_reason text default null, p_dry_run boolean default false,
  p_idempotency_key text default null, p_fingerprint text default null, p_author text default null,
  p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
declare
  v_answer jsonb := farthing.idempotency_find(p_idempotency_key, p_fingerprint, p_now);
  v_until timestamptz := least(coalesce(p_until, p_now), p_now);
  v_notification farthing.notifications;
  v_count int := 0;
  v_found jsonb;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  perform farthing.require_operator(coalesce(p_author, 'sql:' || session_user));
  if p_since is null or p_since > v_until then
    perform farthing.fail('invalid_request', '`since` must not be in the future or after `until`.',
      null, 'since');
  end if;
  select coalesce(jsonb_agg(jsonb_build_object('template', f.template, 'last_error', f.last_error,
    'count', f.count) order by f.template, f.last_error), '[]') into v_found
  from (select r.template, r.last_error, count(*) as count
    from farthing.retriable_notifications(p_since, v_until, p_template, p_error) r group by 1, 2) f;
  if p_dry_run is not true then
    perform farthing.require_reason(p_reason);
    for v_notification in
      -- The subquery selects the notifications. The outer query locks each row and checks its state
      -- again, because the state may have changed meanwhile.
      select n.* from farthing.notifications n where n.state = 'dead' and n.notification_id in (
        select r.notification_id
        from farthing.retriable_notifications(p_since, v_until, p_template, p_error) r
        order by r.finished_at, r.notification_id limit p_limit)
      order by n.notification_id for update skip locked
    loop
      perform farthing.retry_given_up(v_notification, p_reason, p_author, p_now);
      v_count := v_count + 1;
    end loop;
    perform farthing.wake('notification-runner') where v_count > 0;
  end if;
  return farthing.idempotency_keep(p_idempotency_key, p_fingerprint, 200, jsonb_build_object(
    'dry_run', p_dry_run is true, 'until', v_until, 'found', v_found, 'retried', v_count), p_now);
end
$$;
grant execute on function farthing_public.notifications_retry_dead to service_role;
comment on function farthing_public.notifications_retry_dead is
  'Queues dead-lettered notifications again: at most p_limit of those that were given up from p_since to '
  'p_until, oldest first. p_template, p_error: only notifications with this template or last error. '
  'p_dry_run: only counts them. Returns {status: 200, replayed, data: {dry_run, until, found: [{template, '
  'last_error, count}], retried}}. Fails with forbidden. Fails with invalid_request and names the field: '
  '`since` or `reason`.';
