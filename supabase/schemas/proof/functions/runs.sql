-- When the proof runs by itself, and what is kept of each run.

create function farthing.prove_if_due(p_now timestamptz default now())
returns boolean
language plpgsql
set search_path = ''
as $$
declare
  -- Any number that no other lock has.
  c_proofs constant int := 67;
  v_began timestamptz := clock_timestamp();
  v_last farthing.proof_runs;
  v_rules int[];
  v_detail text;
  v_is_done boolean := false;
  v_is_whole boolean;
begin
  select * into v_last from farthing.proof_runs order by run_nr desc limit 1;
  -- After a finding the next one is whole, for no other can say that it is mended. A whole proof that was cut
  -- off is tried again a day later: meanwhile what is new is proved.
  v_is_whole := coalesce(v_last.violations > 0, false)
    or not exists (select from farthing.proof_runs r where r.is_whole and r.started_at
      > p_now - case when r.violations is null then interval '1 day' else interval '7 days' end);
  -- Each hour, or by the next run where the last one left something; and never more than a twentieth
  -- of the time, however much there is to prove. One of the future is of a clock that was wrong.
  if p_now between v_last.finished_at and v_last.finished_at + greatest(
      case when v_last.is_done or v_last.violations is null then interval '1 hour' end,
      20 * (v_last.finished_at - v_last.started_at))
    or not pg_try_advisory_xact_lock(c_proofs, 0) then
    return false;
  end if;
  begin
    select * into v_rules, v_is_done from farthing.prove_by(v_is_whole);
    v_detail := coalesce((select string_agg(distinct format('rule %s', r), ', ') from unnest(v_rules) r), '');
  exception when query_canceled or others then
    -- Cut off by a statement_timeout, too: or nobody would hear that it never ends.
    v_detail := 'the proof failed with ' || sqlstate;
  end;
  insert into farthing.proof_runs (started_at, finished_at, violations, is_whole, is_done, detail)
  values (p_now, p_now + (clock_timestamp() - v_began), cardinality(v_rules), v_is_whole, v_is_done,
    v_detail);
  -- What was found is kept until it counts no more: read_proof().
  delete from farthing.proof_runs where started_at <= p_now - interval '90 days' and run_nr < (
    select max(run_nr) from farthing.proof_runs where is_whole and violations = 0);
  return true;
end
$$;
comment on function farthing.prove_if_due(timestamptz) is
  'Proves the ledger where the last proof is an hour old, or twenty times as old as it took, and keeps the '
  'result; true where it did. Once a week, and after a finding, the whole of it, else what is new, and soon '
  'again where that was too much for one run.';
