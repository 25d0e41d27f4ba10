-- Operators list Stripe's payouts, and read one with the sums of its lines and its open mismatches.

create function farthing_public.payouts_list(
  p_status text default null, p_before text default null, p_limit int default 20)
returns jsonb
language plpgsql stable security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan -- the best index depends on the filters
as $$
declare
  -- The payout with the id p_before. It is read first, because the index scan for the page begins
  -- at its made_at and id.
  v_last farthing.payouts;
begin
  select * into v_last from farthing.payouts where payout_id = p_before;
  return farthing.page_of('payouts', p_limit, array(
    select row(farthing.payout_answer(p), p.payout_id)::farthing.page_item
    from farthing.payouts p
    where (p_status is null or p.status = p_status)
      and (p_before is null or (p.made_at, p.payout_id) < (v_last.made_at, v_last.payout_id))
    order by p.made_at desc, p.payout_id desc limit farthing.items_to_read(p_limit)));
end
$$;
grant execute on function farthing_public.payouts_list to service_role;
comment on function farthing_public.payouts_list is
  'Returns a page of payouts, newest first, optionally of one status (in Stripe''s words): {payouts, '
  'next_before}.';

create function farthing_public.payouts_read(p_payout_id text)
returns jsonb
language plpgsql stable security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
declare
  c_shown constant int := 100;
  v_payout farthing.payouts;
begin
  select * into v_payout from farthing.payouts where payout_id = p_payout_id;
  if v_payout.payout_id is null then
    perform farthing.fail('not_found', 'There is no such payout.', null, 'id');
  end if;
  return farthing.payout_answer(v_payout) || jsonb_build_object(
    'lines', farthing.lines_by_kind(p_payout_id),
    'mismatches', (select coalesce(jsonb_agg(farthing.mismatch_answer(m) order by m.found_at desc,
        m.mismatch_id desc), '[]')
      from (select * from farthing.mismatches where payout_id = p_payout_id and resolved_at is null
        order by found_at desc, mismatch_id desc limit c_shown) m));
end
$$;
grant execute on function farthing_public.payouts_read to service_role;
comment on function farthing_public.payouts_read is
  'Returns a payout with its newest 100 open mismatches and the sums of its lines by kind. Fails '
  'with not_found.';
