-- The report of GET /health.

create function farthing.requests_answer(p_window interval, p_now timestamptz)
returns jsonb
language sql stable
set search_path = ''
as $$
  select jsonb_build_object('all', coalesce(jsonb_agg(r.answer) filter (where r.route is null) -> 0, 'null'),
    'routes', coalesce(jsonb_agg(jsonb_build_object('route', r.route) || r.answer order by r.route)
      filter (where r.route is not null), '[]'))
  from (
    select b.route, jsonb_build_object('requests', b.requests, 'errors', b.errors, 'p50_ms', round(b.p50, 2),
      'p95_ms', round(b.p95, 2), 'p99_ms', round(b.p99, 2)) as answer
    from farthing.requests_between(p_now - p_window, p_now) b) r
$$;
comment on function farthing.requests_answer(interval, timestamptz) is
  'Returns the requests of a window in the report''s form: {all, routes}.';

create function farthing.budgets_answer(p_now timestamptz)
returns jsonb
language sql stable
set search_path = ''
as $$
  select jsonb_build_object(
    'budget_left', (select jsonb_object_agg(l.slo, l.share) from farthing.budget_left(p_now) l),
    'burns', (select jsonb_agg(jsonb_build_object('slo', b.slo, 'factor', b.factor, 'burns', b.burns,
        'long_minutes', (extract(epoch from b.long_window) / 60)::int, 'long_burn', b.long_burn,
        'short_minutes', (extract(epoch from b.short_window) / 60)::int, 'short_burn', b.short_burn)
        order by b.slo, b.long_window)
      from farthing.budget_burns(p_now) b))
$$;
comment on function farthing.budgets_answer(timestamptz) is
  'Returns the error budgets in the report''s form: {budget_left, burns}. budget_left: the unspent '
  'share of each objective''s budget. burns: the burn rates of each objective and pair of windows.';

create function farthing.health_answer(p_now timestamptz)
returns jsonb
language sql stable
set search_path = ''
as $$
  select jsonb_build_object(
    'as_of', p_now,
    'slo', (select to_jsonb(s) from farthing.slo() s),
    'windows', jsonb_build_object('5m', farthing.requests_answer('5 minutes', p_now),
      '1h', farthing.requests_answer('1 hour', p_now), '24h', farthing.requests_answer('24 hours', p_now)),
    -- Anyone may read this report, so it leaves out the figures of services. Only GET
    -- /health/metrics returns them.
    'deep', (select coalesce(jsonb_agg(to_jsonb(c) - 'figures' order by c.name), '[]')
      from farthing.deep_checks c)) || farthing.budgets_answer(p_now)
$$;
comment on function farthing.health_answer(timestamptz) is
  'Returns the whole report at p_now.';
