-- A job's states, its answer, and the hold that pays for it.

create function farthing.jobs_guard()
returns trigger
language plpgsql
set search_path = ''
as $$
declare
  v_legal boolean := case old.status
    when 'queued' then new.status in ('processing', 'failed', 'cancelled')
    -- Back to queued: for a retry, to continue later, or because its runner died.
    when 'processing' then new.status in ('queued', 'completed', 'failed', 'cancelled')
    else false end;
begin
  if new.status <> old.status and not v_legal then
    raise exception 'A job cannot go from % to %', old.status, new.status using errcode =
      'restrict_violation';
  end if;
  if new.progress < old.progress or new.token < old.token then
    raise exception 'A job''s progress and token never fall' using errcode = 'restrict_violation';
  end if;
  if (new.status, new.progress, new.attempts, new.error_code, new.revision)
    is distinct from (old.status, old.progress, old.attempts, old.error_code, old.revision) then
    new.revision := old.revision + 1;
    perform farthing.publish_job(new);
  end if;
  return new;
end
$$;
comment on function farthing.jobs_guard() is
  'The job''s state machine: the order of states, a progress that never falls, and the broadcast of '
  'changes.';

create function farthing.job_answer(p_job farthing.jobs)
returns jsonb
language sql stable
set search_path = ''
as $$
  select jsonb_build_object('job_id', p_job.job_id, 'type', p_job.type, 'status', p_job.status,
    'progress', p_job.progress, 'attempts', p_job.attempts, 'client_temp_id', p_job.client_temp_id,
    'created_at', p_job.created_at, 'started_at', p_job.started_at, 'completed_at', p_job.completed_at,
    'expires_at', p_job.expires_at, 'error', case when p_job.error_code is not null then
      jsonb_build_object('code', p_job.error_code, 'message', p_job.error_message) end)
$$;
comment on function farthing.job_answer(farthing.jobs) is
  'A job in the form of lists. error is that of the last attempt, also while the job waits for a retry.';

create function farthing.rates_of(p_lines jsonb, p_now timestamptz)
returns jsonb
language sql stable
set search_path = ''
as $$
  -- A line with occurred_at is priced by that moment; the others by the moment of the request.
  select jsonb_object_agg(u.model, u.rate_version) filter (where u.rate_version is not null)
  from farthing.price_usage((select coalesce(jsonb_agg(l), '[]') from jsonb_array_elements(p_lines) l
    where not l ? 'occurred_at'), p_now) u
$$;
comment on function farthing.rates_of(jsonb, timestamptz) is
  'The rate versions that price a job, {model: version}: those in force when it was requested (T10).';

create function farthing.hold_for_job(
  p_user_id uuid, p_estimate jsonb, p_correlation_id text, p_author text,
  p_expires_at timestamptz, p_now timestamptz)
returns farthing.holds
language plpgsql
set search_path = ''
as $$
declare
  v_lines farthing.priced_usage[];
  v_amount numeric;
  v_line farthing.priced_usage;
  v_terms farthing.holds;
begin
  if p_estimate = '[]' then
    return null;
  end if;
  select array_agg(u), sum(u.credits) into v_lines, v_amount
  from farthing.price_usage(p_estimate, p_now) u;
  foreach v_line in array v_lines loop
    if v_line.problem is not null then
      perform farthing.refuse_usage(v_line, format('input.events[%s].', v_line.index));
    end if;
  end loop;
  if v_amount = 0 then
    return null;
  end if;
  v_terms.amount := v_amount;
  v_terms.reason := 'job';
  v_terms.correlation_id := p_correlation_id;
  v_terms.author := p_author;
  v_terms.expires_at := p_expires_at;
  return (farthing.open_hold(farthing.lock_account(p_user_id, p_now), v_terms, p_now)).hold;
end
$$;
comment on function farthing.hold_for_job is
  'Holds the price of a job''s estimate for as long as the job lives; null if it is free. Fails '
  'insufficient_credits, unknown_model, invalid_request, not_found.';

create function farthing.find_job(p_user_id uuid, p_job_id uuid)
returns farthing.jobs
language plpgsql stable
set search_path = ''
as $$
declare
  v_job farthing.jobs;
begin
  select * into v_job from farthing.jobs where job_id = p_job_id and (p_user_id is null or user_id =
    p_user_id);
  if v_job.job_id is null then
    perform farthing.fail('not_found', 'There is no such job.', null, 'id');
  end if;
  return v_job;
end
$$;
comment on function farthing.find_job(uuid, uuid) is
  'A job; with p_user_id only if it is that user''s. Fails not_found.';
