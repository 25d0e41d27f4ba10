-- Checkpoints: a step is finished, stored and charged once, in one transaction (settle_steps.sql).

create function farthing.keep_checkpoint(
  p_job farthing.jobs, p_step text, p_output jsonb, p_charge farthing.step_charge, p_page text,
  p_progress int, p_lease_seconds int, p_now timestamptz)
returns void
language plpgsql
set search_path = ''
as $$
begin
  insert into farthing.job_checkpoints (job_nr, step, nr, output, credits, duplicates, conflicts, first_seq,
    last_seq, created_at)
  values (p_job.job_nr, p_step, coalesce((select max(c.nr) from farthing.job_checkpoints c
    where c.job_nr = p_job.job_nr), 0) + 1, p_output, p_charge.credits, p_charge.duplicates,
    p_charge.conflicts, p_charge.first_seq, p_charge.last_seq, p_now);
  if p_page is not null then
    insert into farthing.job_pages (job_nr, page, content)
    values (p_job.job_nr, coalesce((select max(g.page) from farthing.job_pages g
      where g.job_nr = p_job.job_nr), 0) + 1, p_page);
  end if;
  update farthing.jobs set hold_id = p_charge.hold_id, has_file = has_file or p_page is not null,
    -- Progress 100 is reserved for completed jobs. A step that reports less progress than an
    -- earlier step does not lower the progress.
    progress = case when status = 'processing' then greatest(progress, least(p_progress, 99)) else progress
      end,
    lease_expires_at = p_now + make_interval(secs => p_lease_seconds), revision = revision + 1
  where job_nr = p_job.job_nr;
end
$$;
comment on function farthing.keep_checkpoint is
  'Writes a finished step, its page and its progress, and extends the lease. The caller has locked the '
  'job.';

create function farthing.finish_step(
  p_job farthing.jobs, p_step text, p_output jsonb, p_usage jsonb, p_page text, p_log jsonb, p_progress int,
  p_lease_seconds int, p_now timestamptz)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  v_known farthing.job_checkpoints;
  v_charge farthing.step_charge;
  v_status text := p_job.status;
begin
  select * into v_known from farthing.job_checkpoints where job_nr = p_job.job_nr and step = p_step;
  v_charge := farthing.charge_step(p_job, p_step, case when v_known.nr is null then p_usage else '[]' end,
    p_now);
  if v_known.nr is null then
    perform farthing.keep_checkpoint(p_job, p_step, p_output, v_charge, p_page,
      p_progress, p_lease_seconds, p_now);
    if p_log is not null then
      perform farthing.write_ai_log(p_job.user_id, p_log, p_now);
    end if;
  end if;
  p_job.hold_id := v_charge.hold_id;
  if v_status = 'cancelled' then
    perform farthing.end_job(p_job, 'cancelled', null, null, null, p_now);
  elsif v_charge.is_beyond then
    v_status := 'failed';
    perform farthing.end_job(p_job, 'failed', 'overdraft_exceeded',
      'A step used far more than the job had held. The step was charged all held credits; the job ended.',
      null, p_now);
  elsif v_charge.shortfall > 0 then
    v_status := 'failed';
    perform farthing.end_job(p_job, 'failed', 'insufficient_credits',
      'The job used more than it had held, and not enough credits were available.', null, p_now);
  end if;
  return jsonb_build_object('status', v_status, 'credits',
    trim_scale(coalesce(v_known.credits, v_charge.credits))::text,
    'duplicates', coalesce(v_known.duplicates, v_charge.duplicates),
    'conflicts', coalesce(v_known.conflicts, v_charge.conflicts),
    'held', case when v_status = 'processing' then trim_scale(v_charge.held)::text else '0' end);
end
$$;
comment on function farthing.finish_step is
  'Stores and charges a step, unless the step is already stored. Ends the job if the job was '
  'cancelled, or if the step leaves a shortfall or would exceed the overdraft limit. Returns '
  '{status, credits, duplicates, conflicts, held}. The caller has locked the account and the job.';
