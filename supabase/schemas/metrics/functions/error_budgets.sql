-- The error budgets of the core routes: what is left of them, and their burn rates by pairs of
-- windows.

create function farthing.burn_windows()
returns table (long_window interval, short_window interval, factor numeric)
language sql immutable
set search_path = ''
as $$
  -- The values are from Google's SRE workbook, chapter 5, table 5-8. An alert fires if 2 % of a
  -- month's budget is spent in one hour, 5 % in six hours, or 10 % in three days. The short window
  -- ends the alert soon after its cause has ended.
  values (interval '1 hour', interval '5 minutes', 14.4), (interval '6 hours', interval '30 minutes', 6),
    (interval '3 days', interval '6 hours', 1)
$$;
comment on function farthing.burn_windows() is
  'Returns the pairs of windows, a long and a short one. The budget burns too fast if its burn rate is '
  'above `factor` in both windows. The numbers are the same in slo.ts.';

create function farthing.core_requests(p_window interval, p_now timestamptz)
returns table (requests numeric, failed numeric, slow numeric)
language sql stable
set search_path = ''
as $$
  select farthing.metric_sum('core_requests', null, p_now - p_window, p_now),
    farthing.metric_sum('core_failed', null, p_now - p_window, p_now),
    farthing.metric_sum('core_slow', null, p_now - p_window, p_now)
$$;
comment on function farthing.core_requests(interval, timestamptz) is
  'Counts the requests to core routes in the window before p_now: all requests, failed ones, and those '
  'slower than the objective.';

create function farthing.burn_rate(
  p_window interval, p_now timestamptz, p_slo text default 'available')
returns numeric
language sql stable
set search_path = ''
as $$
  select coalesce(round(case p_slo when 'available' then c.failed / (1 - s.available)
    when 'fast' then c.slow / (1 - s.fast) end / nullif(c.requests, 0), 4), 0)
  from farthing.slo() s, farthing.core_requests(p_window, p_now) c
$$;
comment on function farthing.burn_rate(interval, timestamptz, text) is
  'Returns the burn rate of the error budget of an objective (`available` or `fast`). At rate 1 '
  'the budget is used up in exactly the budget_days of slo(). The rate is 0 if there was no '
  'request.';

create function farthing.budget_left(p_now timestamptz)
returns table (slo text, share numeric)
language sql stable
set search_path = ''
as $$
  select o.slo, round(1 - farthing.burn_rate(make_interval(days => s.budget_days), p_now, o.slo), 4)
  from farthing.slo() s, unnest(array['available', 'fast']) o (slo)
$$;
comment on function farthing.budget_left(timestamptz) is
  'Returns the unspent share of the error budget of each objective. The share is below 0 if more was '
  'spent than the budget allows.';

create function farthing.budget_burns(p_now timestamptz)
returns table (slo text, long_window interval, short_window interval, factor numeric, long_burn numeric,
  short_burn numeric, burns boolean, requests numeric)
language sql stable
set search_path = ''
as $$
  select o.slo, w.long_window, w.short_window, w.factor, r.long_burn, r.short_burn,
    r.long_burn > w.factor and r.short_burn > w.factor,
    (select c.requests from farthing.core_requests(w.short_window, p_now) c)
  from unnest(array['available', 'fast']) o (slo), farthing.burn_windows() w, lateral (
    select farthing.burn_rate(w.long_window, p_now, o.slo) as long_burn,
      farthing.burn_rate(w.short_window, p_now, o.slo) as short_burn) r
$$;
comment on function farthing.budget_burns(timestamptz) is
  'Returns each objective with each pair of windows, and whether its budget burns too fast in both '
  'windows. requests: the number of requests in the short window.';
