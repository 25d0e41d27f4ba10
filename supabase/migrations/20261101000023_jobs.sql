-- Jobs: long work that a browser polls. The table, its states, and the doors of the user who asked for it.
-- Why in the ledger's database: the job, the credits held for it and the idempotency key commit together, so
-- no job runs unpaid and no credits are held for a job that is not there.
-- A job is claimed under a lease with a token that counts up (24_jobs_run); a runner whose lease was lost
-- finds another token and can write nothing.

create table farthing.jobs (
  job_nr bigint generated always as identity primary key,
  job_id uuid not null unique default gen_random_uuid(),
  user_id uuid not null references auth.users (id) on delete cascade,
  type text not null,
  status text not null default 'queued',
  input jsonb not null,
  input_hash bytea not null,
  result jsonb,
  has_file boolean not null default false,
  error_code text,
  error_message text,
  error_detail text,
  progress smallint not null default 0,
  attempts smallint not null default 0,
  max_attempts smallint not null default 5,
  priority smallint not null default 100,
  run_after timestamptz not null,
  -- The lease. token counts the claims, so it never comes back.
  token int not null default 0,
  runner_id uuid,
  lease_expires_at timestamptz,
  -- What is held for the rest of the job, and the rate versions it pays by: {model: version}.
  account_id bigint,
  hold_id uuid,
  rates jsonb,
  -- Counts what a reader can see change: the ETag.
  revision int not null default 1,
  client_temp_id text,
  correlation_id text,
  author farthing.author not null,
  created_at timestamptz not null,
  started_at timestamptz,
  completed_at timestamptz,
  expires_at timestamptz not null,
  constraint jobs_hold foreign key (account_id, hold_id) references farthing.holds (account_id, hold_id),
  constraint jobs_type_named check (type ~ '^[a-z][a-z0-9_]{0,39}$'),
  constraint jobs_input_bounded check (octet_length(input::text) <= 1048576),
  constraint jobs_result_bounded check (octet_length(result::text) <= 65536),
  constraint jobs_text_bounded check (length(error_code) <= 60 and length(error_message) <= 500
    and length(error_detail) <= 2000 and length(client_temp_id) <= 255 and length(correlation_id) <= 255),
  constraint jobs_rates_bounded check (octet_length(rates::text) <= 1048576), -- the input's: it names each
  constraint jobs_progress_of_100 check (progress between 0 and 100),
  constraint jobs_attempts_bounded check (max_attempts between 1 and 25
    and attempts between 0 and max_attempts),
  constraint jobs_priority_bounded check (priority between 0 and 1000),
  constraint jobs_live_a_day check (expires_at <= created_at + interval '24 hours'),
  constraint jobs_states check (case status
    when 'queued' then lease_expires_at is null and completed_at is null and result is null
    when 'processing' then lease_expires_at is not null and completed_at is null and result is null
      and started_at is not null
    when 'completed' then lease_expires_at is null and completed_at is not null and progress = 100
    when 'failed' then lease_expires_at is null and completed_at is not null and result is null
      and error_code is not null
    -- With a lease: the step in flight may still write what it did, and is charged for it.
    when 'cancelled' then completed_at is not null and result is null
    else false end),
  constraint jobs_lease_whole check ((lease_expires_at is null) = (runner_id is null))
) with (fillfactor = 80);
comment on table farthing.jobs is
  'Long work: queued, processing, then completed, failed or cancelled. progress 0 to 100 never falls. '
  'error_message may be shown, error_detail may not. input is emptied when the job ends, result and file '
  '24 hours after it was made, the row goes after 30 days.';
-- The three that move: a finished job is in none of them, so a claim costs the same after a million.
create index jobs_due on farthing.jobs (priority, run_after, job_nr) where status = 'queued';
create index jobs_leased on farthing.jobs (lease_expires_at, job_nr) where lease_expires_at is not null;
create index jobs_unfinished on farthing.jobs (expires_at, job_nr) where status in ('queued', 'processing');
create index jobs_of_a_runner on farthing.jobs (runner_id) where runner_id is not null;
create index jobs_newest on farthing.jobs (user_id, job_nr desc);
create index jobs_by_hold on farthing.jobs (account_id, hold_id) where hold_id is not null;
create index jobs_to_empty on farthing.jobs (expires_at, job_nr)
  where completed_at is not null and (result is not null or has_file);
create index jobs_by_age on farthing.jobs using brin (created_at);
create unique index jobs_by_client_temp_id on farthing.jobs (user_id, client_temp_id)
  where client_temp_id is not null;

create table farthing.job_checkpoints (
  job_nr bigint not null references farthing.jobs (job_nr) on delete cascade,
  step text not null,
  nr int not null,
  output jsonb,
  credits farthing.credits not null default 0,
  duplicates int not null default 0,
  conflicts int not null default 0,
  first_seq bigint,
  last_seq bigint,
  created_at timestamptz not null,
  primary key (job_nr, step),
  constraint job_checkpoints_in_order unique (job_nr, nr),
  constraint job_checkpoints_step_named check (length(step) between 1 and 100),
  constraint job_checkpoints_bounded check (octet_length(output::text) <= 262144),
  constraint job_checkpoints_countable check (nr between 1 and 20000),
  constraint job_checkpoints_charged check ((credits = 0) = (first_seq is null))
);
comment on table farthing.job_checkpoints is
  'A step that is done, once: what it gave, and what it cost as the entries first_seq to last_seq. Credits.';

create table farthing.job_pages (
  job_nr bigint not null references farthing.jobs (job_nr) on delete cascade,
  page int not null,
  content text not null,
  primary key (job_nr, page),
  constraint job_pages_bounded check (octet_length(content) <= 1048576),
  constraint job_pages_countable check (page between 1 and 20000)
);
comment on table farthing.job_pages is
  'The file that a job writes, a page a checkpoint. Gone 24 hours after the job was made.';

create function farthing.jobs_guard()
returns trigger
language plpgsql
set search_path = ''
as $$
declare
  v_legal boolean := case old.status
    when 'queued' then new.status in ('processing', 'failed', 'cancelled')
    -- Back to queued: to try again, to go on later, or because its runner died.
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
  'The job''s state machine: which status follows which, what never falls, and that readers are told.';
create trigger jobs_are_guarded before update on farthing.jobs
  for each row execute function farthing.jobs_guard();

alter table farthing.jobs enable row level security;
alter table farthing.job_checkpoints enable row level security;
alter table farthing.job_pages enable row level security;
create policy jobs_none on farthing.jobs for select to authenticated using (false);
create policy job_checkpoints_none on farthing.job_checkpoints for select to authenticated using (false);
create policy job_pages_none on farthing.job_pages for select to authenticated using (false);

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
  'A job as lists show it. error is that of the last attempt, also while the job is tried again.';

create function public.jobs_create(
  p_user_id uuid, p_type text, p_input jsonb, p_estimate jsonb default null,
  p_client_temp_id text default null, p_correlation_id text default null,
  p_idempotency_key text default null, p_fingerprint text default null,
  p_author text default null, p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role owns no table
set search_path = pg_catalog, pg_temp
as $$
declare
  v_author text := coalesce(p_author, 'sql:' || session_user);
  c_life constant interval := interval '24 hours';
  v_answer jsonb := farthing.idempotency_find(p_idempotency_key, p_fingerprint, p_now);
  v_input jsonb := coalesce(farthing.json_argument(p_input), '{}');
  v_input_hash bytea := sha256(convert_to(v_input::text, 'UTF8'));
  v_estimate jsonb := coalesce(farthing.json_argument(p_estimate), '[]');
  v_correlation_id text := coalesce(p_correlation_id, farthing.trace_id());
  v_job farthing.jobs;
  v_hold farthing.holds;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  if p_client_temp_id is not null then
    -- Two clicks of one optimistic client wait for each other here, under whatever keys they came.
    perform pg_advisory_xact_lock(hashtextextended(p_user_id::text || p_client_temp_id, 23));
    select * into v_job from farthing.jobs where user_id = p_user_id and client_temp_id = p_client_temp_id;
  end if;
  if v_job.job_id is null then
    perform from auth.users where id = p_user_id for key share; -- before the account, as 25_jobs_run has it
    if not found then
      perform farthing.fail('not_found', 'There is no such user.', null, 'user_id');
    end if;
    v_hold := farthing.hold_for_job(p_user_id, v_estimate, v_correlation_id, v_author, p_now + c_life,
      p_now);
    insert into farthing.jobs (user_id, type, input, input_hash, run_after, account_id, hold_id, rates,
      client_temp_id, correlation_id, author, created_at, expires_at)
    values (p_user_id, p_type, v_input, v_input_hash, p_now, v_hold.account_id, v_hold.hold_id,
      case when v_estimate <> '[]' then farthing.rates_of(v_estimate, p_now) end, p_client_temp_id,
      v_correlation_id, v_author, p_now, p_now + c_life)
    returning * into v_job;
    perform farthing.wake_runner();
  elsif v_job.type <> p_type or v_job.input_hash <> v_input_hash then
    perform farthing.fail('invalid_request', 'This client_temp_id belongs to another job.', null,
      'client_temp_id');
  else
    select * into v_hold from farthing.holds where account_id = v_job.account_id and hold_id = v_job.hold_id
      and status = 'open' and expires_at > p_now;
  end if;
  return farthing.idempotency_keep(p_idempotency_key, p_fingerprint, 202, jsonb_build_object(
    'job_id', v_job.job_id, 'client_temp_id', v_job.client_temp_id, 'type', v_job.type,
    'status', v_job.status, 'progress', v_job.progress, 'held', trim_scale(coalesce(v_hold.amount, 0))::text,
    'created_at', v_job.created_at, 'expires_at', v_job.expires_at), p_now);
end
$$;
grant execute on function public.jobs_create to service_role;
comment on function public.jobs_create is
  'Queues a job and holds the price of its estimate (usage lines; none: free). Returns {status: 202, '
  'replayed, data}. A known client_temp_id answers with its job. Fails insufficient_credits, unknown_model, '
  'not_found, invalid_request. Credits as text.';

create function farthing.rates_of(p_lines jsonb, p_now timestamptz)
returns jsonb
language sql stable
set search_path = ''
as $$
  -- A line that says when it occurred is priced by that moment; the others by the moment of asking.
  select jsonb_object_agg(u.model, u.rate_version) filter (where u.rate_version is not null)
  from farthing.price_usage((select coalesce(jsonb_agg(l), '[]') from jsonb_array_elements(p_lines) l
    where not l ? 'occurred_at'), p_now) u
$$;
comment on function farthing.rates_of(jsonb, timestamptz) is
  'The rate versions that a job pays by, {model: version}: those in force when it was asked for (T10).';

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
  return (farthing.open_hold(p_user_id, v_terms, p_now)).hold;
end
$$;
comment on function farthing.hold_for_job is
  'Holds the price of a job''s estimate for as long as the job lives; null where it is free. Fails '
  'insufficient_credits, unknown_model, invalid_request, not_found.';
