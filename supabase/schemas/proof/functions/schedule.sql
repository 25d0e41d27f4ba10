-- The schedule of the proof, and the stored results of its runs.

create function farthing.prove_by(p_whole boolean, out o_found farthing.violation[], out o_is_done boolean)
language plpgsql
set search_path = ''
as $$
begin
  if p_whole then
    o_found := array(select p::farthing.violation from farthing.prove() p);
    o_is_done := true;
  else
    select p.o_found, p.o_is_done into o_found, o_is_done from farthing.prove_in_parts() p;
  end if;
end
$$;
comment on function farthing.prove_by(boolean) is
  'Runs the whole proof, or the incremental one, which marks what it proved. o_found: the '
  'violations; o_is_done: false if unproved entries remain.';

create function farthing.prove_if_due(p_now timestamptz default now())
returns boolean
language plpgsql
set search_path = ''
as $$
declare
  -- The number of the proof's advisory lock, which no other lock uses; it is arbitrary.
  c_proofs constant int := 67;
  v_began timestamptz := clock_timestamp();
  v_last farthing.proof_runs;
  v_found farthing.violation[];
  v_run_nr bigint;
  v_detail text;
  v_is_done boolean := false;
  v_is_whole boolean;
begin
  select * into v_last from farthing.proof_runs order by run_nr desc limit 1;
  -- After a violation the next run is a whole proof, because only a whole proof can show that the
  -- violation is corrected. A whole proof that could not finish is retried a day later, and until
  -- then the incremental proof runs.
  v_is_whole := coalesce(v_last.violations > 0, false)
    or not exists (select from farthing.proof_runs r where r.is_whole and r.started_at
      > p_now - case when r.violations is null then interval '1 day' else interval '7 days' end);
  -- The proof runs each hour or, if entries remained, as soon as the scheduled task runs again. But
  -- it always waits at least 20 times as long as the last run took, so that proofs take at most 5 %
  -- of the time. If the last proof's time is in the future, the server's clock was wrong, and the
  -- proof runs without a wait.
  if p_now between v_last.finished_at and v_last.finished_at + greatest(
      case when v_last.is_done or v_last.violations is null then interval '1 hour' end,
      20 * (v_last.finished_at - v_last.started_at))
    or not pg_try_advisory_xact_lock(c_proofs, 0) then
    return false;
  end if;
  begin
    select * into v_found, v_is_done from farthing.prove_by(v_is_whole);
    v_detail := coalesce((select string_agg(distinct format('rule %s', f.rule), ', ')
      from unnest(v_found) f), '');
  exception when query_canceled or others then
    -- `others` does not include query_canceled, which statement_timeout raises. query_canceled is
    -- caught as well, because otherwise nobody would notice a proof that never finishes.
    v_detail := 'the proof failed with ' || sqlstate;
  end;
  insert into farthing.proof_runs (started_at, finished_at, violations, is_whole, is_done, detail)
  values (p_now, p_now + (clock_timestamp() - v_began), cardinality(v_found), v_is_whole, v_is_done,
    v_detail)
  returning run_nr into v_run_nr;
  insert into farthing.proof_violations (run_nr, nr, rule, account_id, detail)
  select v_run_nr, f.nr, f.rule, f.account_id, left(f.detail, 1000)
  from unnest(v_found) with ordinality f (rule, account_id, detail, nr) where f.nr <= 100;
  -- The last whole proof without a violation and all later runs are not deleted. The alert
  -- prove_violation reads the violations of these runs until a whole proof finds none.
  delete from farthing.proof_runs where started_at <= p_now - interval '90 days' and run_nr < (
    select max(run_nr) from farthing.proof_runs where is_whole and violations = 0);
  return true;
end
$$;
comment on function farthing.prove_if_due(timestamptz) is
  'Runs the proof if it is due, and stores the result. Returns whether it ran. The wait after a '
  'proof is at least twenty times the duration of that proof. If that proof had time for all '
  'entries, the wait is also at least one hour. The whole proof runs each week and after a '
  'violation; otherwise the incremental proof runs.';
