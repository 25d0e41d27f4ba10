-- The queue's floor: the least that a queue in a table has to do for a job. And what fills and checks the
-- queues that are measured beside it. Nothing of the product uses these.

create table bench.queue_jobs (
  job_nr bigint generated always as identity primary key,
  status text not null default 'queued',
  payload jsonb not null,
  run_after timestamptz not null default now()
) with (fillfactor = 80); -- as the product's jobs
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

-- Free jobs, as jobs_create leaves them.
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

-- Once each: every attempt is counted, but the claim of a job that a run only hands on.
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

-- Finished jobs of the last month, free ones, as jobs_complete and the sweeps leave them.
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
