-- Operators list the runs of the proof, and read what a run found.

create function farthing_public.proofs_list(
  p_outcome text default null, p_before text default null, p_limit int default 20)
returns jsonb
language plpgsql stable security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
begin
  return farthing.page_of('proofs', p_limit, array(
    select row(farthing.proof_answer(r), r.run_nr)::farthing.page_item
    from farthing.proof_runs r
    where (p_outcome is null or p_outcome = case when r.violations is null then 'failed'
        when r.violations > 0 then 'violated' else 'proved' end)
      and (p_before is null or r.run_nr < p_before::bigint)
    order by r.run_nr desc limit farthing.items_to_read(p_limit)));
end
$$;
grant execute on function farthing_public.proofs_list to service_role;
comment on function farthing_public.proofs_list is
  'Returns a page of the proof''s runs, newest first, optionally of one outcome (proved, violated or '
  'failed): {proofs, next_before}.';

create function farthing_public.proofs_read(p_run_nr bigint)
returns jsonb
language plpgsql stable security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
declare
  v_run farthing.proof_runs;
begin
  select * into v_run from farthing.proof_runs where run_nr = p_run_nr;
  if v_run.run_nr is null then
    perform farthing.fail('not_found', 'There is no such run of the proof.', null, 'id');
  end if;
  return farthing.proof_answer(v_run) || jsonb_build_object('found', (
    select coalesce(jsonb_agg(jsonb_build_object('rule', f.rule, 'account_id', f.account_id::text,
      'user_id', farthing.owner_of(f.account_id), 'detail', f.detail) order by f.nr), '[]')
    from farthing.proof_violations f where f.run_nr = p_run_nr));
end
$$;
grant execute on function farthing_public.proofs_read to service_role;
comment on function farthing_public.proofs_read is
  'Returns a run of the proof with its first 100 violations: {rule, account_id, user_id, detail}. Fails with '
  'not_found.';
