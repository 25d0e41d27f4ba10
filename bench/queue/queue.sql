-- Creates the queue's floor: the least work that a queue in a table must do for each job. Also
-- creates the functions that fill and check the measured queues. The product does not use this
-- file.

create table bench.queue_jobs (
  job_nr bigint generated always as identity primary key,
  status text not null default 'queued',
  payload jsonb not null,
  run_after timestamptz not null default now()
) with (fillfactor = 80); -- like the product's jobs
create index on bench.queue_jobs (run_after, job_nr) where status = 'queued';

create function bench.floor_queue_fill(p_jobs int)
returns void
language sql
as $$
  insert into bench.queue_jobs (payload) select '{}' from generate_series(1, p_jobs)
$$;

create function bench.floor_queue_problems(p_jobs bigint)
returns setof text
language sql stable
as $$
  select format('%s of %s jobs are done', count(*) filter (where status = 'done'), p_jobs)
  from bench.queue_jobs having count(*) filter (where status = 'done') <> p_jobs or count(*) <> p_jobs
$$;

-- Adds jobs to the product's queue, like those that jobs_create adds. The jobs cost nothing.
create function bench.queue_fill(p_jobs int)
returns void
language sql
as $$
  insert into farthing.jobs (user_id, type, input, input_hash, run_after, correlation_id, created_at,
    expires_at)
  select md5('farthing-bench-' || 1 + n % 1000)::uuid, 'trivial', '{}', sha256('{}'), now(),
    '0af7651916cd43dd8448eb211c80319c', now(), now() + interval '24 hours'
  from generate_series(1, p_jobs) n
$$;

-- Returns the violations that the proof finds, and a line if some jobs did not run exactly once.
-- `attempts` does not count a run that claimed a job, had no time left, and queued the job again.
create function bench.queue_problems(p_jobs bigint)
returns setof text
language sql stable
as $$
  select format('%s of %s jobs are done, each once', done, p_jobs) from (
    select count(*), count(*) filter (where status = 'completed' and attempts = 1) as done
    from farthing.jobs where type = 'trivial') j
  where done <> p_jobs or count <> p_jobs
  union all
  select format('rule %s, account %s: %s', p.rule, p.account_id, p.detail) from farthing.prove() p
$$;

-- Writes jobs that cost nothing and finished in the last month. The rows are as jobs_complete and
-- the scheduled tasks leave them.
create function bench.queue_finish(p_jobs int)
returns void
language sql
as $$
  insert into farthing.jobs (user_id, type, status, input, input_hash, run_after, progress, attempts, token,
    revision, correlation_id, created_at, started_at, completed_at, expires_at)
  select md5('farthing-bench-' || 1 + n % 1000)::uuid, 'finished', 'completed', '{}', sha256('{}'), at, 100,
    1, 1, 3, '0af7651916cd43dd8448eb211c80319c', at, at, at, at + interval '24 hours'
  from generate_series(1, p_jobs) n, lateral (
    select now() - interval '29 days' * (1 - n::float8 / p_jobs) as at) t
  order by n
$$;
