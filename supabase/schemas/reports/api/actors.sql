-- The report of authors: who granted, debited, refunded and moved how many credits.

create function farthing_public.report_actors(
  p_from date default null, p_to date default null, p_after text default null, p_limit int default 1000,
  p_now timestamptz default now())
returns jsonb
language plpgsql stable security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
declare
  v_range farthing.day_range := farthing.report_range(p_from, p_to, p_now);
begin
  return farthing.report_answer(v_range, p_limit, array(
      select row(jsonb_build_object('day', a.day, 'author_kind', a.author_kind, 'author', a.author,
        'kind', a.kind, 'entries', a.entries, 'credits', a.credits), a.cursor)::farthing.page_item
      from (select r.*, concat_ws(' ', r.day, r.author, r.kind) as cursor from farthing.actors r
        where r.day between v_range.first_day and v_range.last_day) a
      where p_after is null or a.cursor collate "C" > p_after
      order by a.cursor collate "C" limit farthing.items_to_read(p_limit)),
    (select jsonb_agg(jsonb_build_object('kind', t.kind, 'entries', t.entries, 'credits', t.credits)
        order by t.kind)
      from (select a.kind, sum(a.entries) as entries, trim_scale(sum(a.credits::numeric))::text as credits
        from farthing.actors a where a.day between v_range.first_day and v_range.last_day group by a.kind) t),
    p_now,
    -- Both sums are over all days, because entries have no index by time.
    (select jsonb_agg(farthing.control(format('credits of kind %s, all days', s.kind), d.amount, s.amount)
        order by s.kind)
      from (select e.kind, sum(e.amount) as amount from farthing.entry_sums e group by e.kind) s
      left join (select d.kind, sum(d.amount) as amount from farthing.actor_days d group by d.kind) d
        using (kind)));
end
$$;
grant execute on function farthing_public.report_actors to service_role;
comment on function farthing_public.report_actors is
  'Returns the report of authors: credits moved by day, author and kind of entry, without the entries of '
  'the last minute or two, which are not sealed. Fails invalid_request, naming from or limit.';
