-- A run of the proof, as operators read it.

create function farthing.proof_answer(p_run farthing.proof_runs)
returns jsonb
language sql immutable
set search_path = ''
as $$
  select jsonb_build_object('id', p_run.run_nr::text,
    'outcome', case when p_run.violations is null then 'failed' when p_run.violations > 0 then 'violated'
      else 'proved' end,
    'scope', case when p_run.is_whole then 'whole' else 'incremental' end, 'is_done', p_run.is_done,
    'violations', p_run.violations, 'detail', p_run.detail, 'started_at', p_run.started_at,
    'duration_ms', round(extract(epoch from p_run.finished_at - p_run.started_at) * 1000)::bigint)
$$;
comment on function farthing.proof_answer(farthing.proof_runs) is
  'Returns a run of the proof in the form of the API''s contract.';
