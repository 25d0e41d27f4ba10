-- The report of authors: how many credits each author moved, and what else the author did.

create function farthing_public.report_actors(
  p_from date default null, p_to date default null, p_after text default null, p_limit int default 1000,
  p_actor text default null, p_now timestamptz default now())
returns jsonb
language plpgsql stable security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
declare
  v_range farthing.day_range := farthing.report_range(p_from, p_to, p_now);
begin
  return (
    with rows as materialized (select * from farthing.actor_rows(v_range, p_actor))
    select farthing.report_answer(v_range, p_limit, array(
        select row(jsonb_build_object('day', r.day, 'author_kind', r.author_kind, 'author', r.author,
          'kind', r.kind, 'source', r.source, 'count', r.count, 'credits', trim_scale(r.credits)::text,
          'amount', r.amount, 'currency', r.currency), r.cursor)::farthing.page_item
        from rows r where p_after is null or r.cursor collate "C" > p_after
        order by r.cursor collate "C" limit farthing.items_to_read(p_limit)),
      (select jsonb_agg(jsonb_build_object('kind', t.kind, 'source', t.source, 'count', t.count,
          'credits', t.credits, 'amount', t.amount, 'currency', t.currency) order by t.kind, t.currency)
        from (select r.kind, r.source, r.currency, sum(r.count) as count,
          trim_scale(sum(r.credits))::text as credits, sum(r.amount)::bigint as amount
          from rows r group by 1, 2, 3) t),
      p_now, farthing.actor_controls()));
end
$$;
grant execute on function farthing_public.report_actors to service_role;
comment on function farthing_public.report_actors is
  'Returns the report of authors: entries and other actions by day, author and kind; only those of one '
  'author if p_actor is given. The entries of the last minute or two are missing, because they are not '
  'sealed yet. Fails with invalid_request and names the field: `from` or `limit`.';
