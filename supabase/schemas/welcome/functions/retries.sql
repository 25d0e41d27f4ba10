-- Operators read the requests for welcome credits, and queue refused requests again. The runner
-- decides these requests by the usual limits, so a retry cannot bypass the daily limit or the limit
-- of one grant per address. One request queues at most RETRIED_AT_ONCE users:
-- supabase/functions/_shared/contracts/welcome.ts.

create function farthing.retry_welcome(p_request farthing.welcome_grants, p_reason text, p_author text,
  p_now timestamptz)
returns farthing.welcome_grants
language plpgsql
set search_path = ''
as $$
declare
  v_after farthing.welcome_grants;
begin
  update farthing.welcome_grants
  set status = 'queued', reason = null, decided_at = null, retried_at = p_now
  where request_nr = p_request.request_nr returning * into v_after;
  perform farthing.audit_action('welcome_grants', farthing.pick(to_jsonb(v_after), '{request_nr}'),
    farthing.pick(to_jsonb(p_request), '{status, reason, decided_at, retried_at}'),
    farthing.pick(to_jsonb(v_after), '{status, reason, decided_at, retried_at}'), p_author, p_reason, p_now);
  return v_after;
end
$$;
comment on function farthing.retry_welcome(farthing.welcome_grants, text, text, timestamptz) is
  'Queues a refused request for welcome credits again, and audits the retry. The caller has locked the '
  'row. Returns the row.';

create function farthing.retriable_welcome(p_since timestamptz, p_until timestamptz, p_refused_as text)
returns setof farthing.welcome_grants
language sql stable
set search_path = ''
as $$
  select w.* from farthing.welcome_grants w
  where w.status = 'refused' and w.decided_at >= p_since and w.decided_at <= p_until
    and (p_refused_as is null or w.reason = p_refused_as) and w.user_id is not null
$$;
comment on function farthing.retriable_welcome(timestamptz, timestamptz, text) is
  'Returns the requests for welcome credits that were refused from p_since to p_until, except those of '
  'deleted users.';

create function farthing.require_refused_welcome(p_request farthing.welcome_grants)
returns void
language plpgsql immutable
set search_path = ''
as $$
begin
  if p_request.status <> 'refused' or p_request.user_id is null then
    perform farthing.fail('welcome_not_refused', case when p_request.user_id is null
      then 'The user was deleted.' else
        'This request for welcome credits was not refused, so it can''t be queued again; details.status '
        'has its status.' end,
      jsonb_build_object('status', p_request.status));
  end if;
end
$$;
comment on function farthing.require_refused_welcome(farthing.welcome_grants) is
  'Refuses a retry of a request for welcome credits that is not refused, or whose user was deleted. '
  'Fails with welcome_not_refused; details.status is the request''s status.';
