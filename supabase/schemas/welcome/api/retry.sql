-- Operators queue refused requests for welcome credits again: one, or all those of a period.

create function farthing_public.welcome_retry(
  p_request_nr bigint, p_reason text, p_idempotency_key text default null, p_fingerprint text default null,
  p_author text default null, p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role has no rights on tables, and addresses are in Auth's table
set search_path = pg_catalog, pg_temp
as $$
declare
  v_answer jsonb := farthing.idempotency_find(p_idempotency_key, p_fingerprint, p_now);
  v_request farthing.welcome_grants;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  perform farthing.require_operator(coalesce(p_author, 'sql:' || session_user));
  perform farthing.require_reason(p_reason);
  select * into v_request from farthing.welcome_grants where request_nr = p_request_nr for update;
  if v_request.request_nr is null then
    perform farthing.fail('not_found', 'There is no such request for welcome credits.', null, 'id');
  end if;
  perform farthing.require_refused_welcome(v_request);
  v_request := farthing.retry_welcome(v_request, p_reason, p_author, p_now);
  perform farthing.wake('payment-runner');
  return farthing.idempotency_keep(p_idempotency_key, p_fingerprint, 200,
    farthing.welcome_answer(v_request, false), p_now);
end
$$;
grant execute on function farthing_public.welcome_retry to service_role;
comment on function farthing_public.welcome_retry is
  'Queues a refused request for welcome credits again; author and reason are audited. The usual '
  'limits, such as the daily limit, apply again. Returns {status: 200, replayed, data: request}. '
  'Fails with not_found, forbidden, invalid_request, welcome_not_refused.';

create function farthing_public.welcome_retry_refused(
  p_since timestamptz, p_limit int, p_until timestamptz default null, p_refused_as text default null,
  p_reason text default null, p_dry_run boolean default false,
  p_idempotency_key text default null, p_fingerprint text default null, p_author text default null,
  p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
declare
  v_answer jsonb := farthing.idempotency_find(p_idempotency_key, p_fingerprint, p_now);
  v_until timestamptz := least(coalesce(p_until, p_now), p_now);
  v_request farthing.welcome_grants;
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
  select coalesce(jsonb_agg(jsonb_build_object('refused_as', f.reason, 'count', f.count) order by f.reason),
    '[]') into v_found
  from (select r.reason, count(*) as count
    from farthing.retriable_welcome(p_since, v_until, p_refused_as) r group by 1) f;
  if p_dry_run is not true then
    perform farthing.require_reason(p_reason);
    for v_request in
      -- The subquery selects the requests. The outer query locks each row and checks its status
      -- again, because the status may have changed meanwhile.
      select w.* from farthing.welcome_grants w where w.status = 'refused' and w.request_nr in (
        select r.request_nr from farthing.retriable_welcome(p_since, v_until, p_refused_as) r
        order by r.request_nr limit p_limit)
      order by w.request_nr for update skip locked
    loop
      perform farthing.retry_welcome(v_request, p_reason, p_author, p_now);
      v_count := v_count + 1;
    end loop;
    perform farthing.wake('payment-runner') where v_count > 0;
  end if;
  return farthing.idempotency_keep(p_idempotency_key, p_fingerprint, 200, jsonb_build_object(
    'dry_run', p_dry_run is true, 'until', v_until, 'found', v_found, 'retried', v_count), p_now);
end
$$;
grant execute on function farthing_public.welcome_retry_refused to service_role;
comment on function farthing_public.welcome_retry_refused is
  'Queues refused requests for welcome credits again: at most p_limit of those that were refused '
  'from p_since to p_until, oldest first. p_refused_as: only requests that were refused for this '
  'reason. The usual limits, such as the daily limit, apply again. p_dry_run: only counts them. '
  'Returns {status: 200, replayed, data: {dry_run, until, found: [{refused_as, count}], retried}}. '
  'Fails with forbidden. Fails with invalid_request and names the field: `since` or `reason`.';
