-- Jobs: long work in steps, whose state a browser polls. A job can write a file, one page per step.
--
-- Jobs are stored in the ledger's database, because the job, the credits held for it and its
-- idempotency key must commit together: either the job and its hold are both stored, or neither is.
-- A runner claims a job under a lease, whose token increases with each claim; a runner that has
-- lost its lease has an old token and can write nothing.

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
  -- The lease. token counts the claims, so each claim has a different token.
  token int not null default 0,
  runner_id uuid,
  lease_expires_at timestamptz,
  -- hold_id: the hold that pays for the rest of the job. rates: the rate versions that price the
  -- job, {model: version}.
  account_id bigint,
  hold_id uuid,
  rates jsonb,
  -- The number of visible changes, which is the ETag of the job.
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
  -- The rate versions name each model that the input names, so they may be as large as the input.
  constraint jobs_rates_bounded check (octet_length(rates::text) <= 1048576),
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
    -- A cancelled job may still have a lease: the step that was running may store its checkpoint,
    -- and is charged.
    when 'cancelled' then completed_at is not null and result is null
    else false end),
  constraint jobs_lease_whole check ((lease_expires_at is null) = (runner_id is null))
) with (fillfactor = 80);
comment on table farthing.jobs is
  'Long work. status: queued, processing, then completed, failed or cancelled. progress (0 to 100) '
  'never falls. error_message may be shown to users, error_detail must not be. input is emptied '
  'when the job ends; result and file are emptied 24 hours after the job was created; the row is '
  'deleted after 30 days.';
-- The next three indexes leave out jobs that have ended and have no lease, so a claim costs the
-- same after a million jobs.
create index jobs_due on farthing.jobs (priority, run_after, job_nr) where status = 'queued';
create index jobs_leased on farthing.jobs (lease_expires_at, job_nr) where lease_expires_at is not null;
create index jobs_unfinished on farthing.jobs (expires_at, job_nr) where status in ('queued', 'processing');
create index jobs_of_a_runner on farthing.jobs (runner_id) where runner_id is not null;
create index jobs_newest on farthing.jobs (user_id, job_nr desc);
create index jobs_by_hold on farthing.jobs (account_id, hold_id) where hold_id is not null;
create index jobs_to_empty on farthing.jobs (expires_at, job_nr)
  where completed_at is not null and (result is not null or has_file);
create index jobs_dead on farthing.jobs (job_nr)
  where status = 'failed' and (attempts >= max_attempts or error_code in ('job_lost', 'job_expired'));
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
  'A finished step of a job: its result and its cost. The entries first_seq to last_seq have charged '
  'the cost. Amounts are in credits.';

create table farthing.job_pages (
  job_nr bigint not null references farthing.jobs (job_nr) on delete cascade,
  page int not null,
  content text not null,
  primary key (job_nr, page),
  constraint job_pages_bounded check (octet_length(content) <= 1048576),
  constraint job_pages_countable check (page between 1 and 20000)
);
comment on table farthing.job_pages is
  'The file that a job writes, at most one page per checkpoint. Deleted 24 hours after the job was '
  'created.';

alter table farthing.jobs enable row level security;
alter table farthing.job_checkpoints enable row level security;
alter table farthing.job_pages enable row level security;
create policy jobs_none on farthing.jobs for select to authenticated using (false);
create policy job_checkpoints_none on farthing.job_checkpoints for select to authenticated using (false);
create policy job_pages_none on farthing.job_pages for select to authenticated using (false);

create type farthing.step_charge as (
  credits numeric, shortfall numeric, first_seq bigint, last_seq bigint, duplicates int, conflicts int,
  hold_id uuid, held numeric, is_beyond boolean);

create type farthing.created_job as (job farthing.jobs, held numeric);
