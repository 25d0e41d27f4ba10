-- Alerts about services: paid checks that fail, models that fail or are slow, callers that are refused, and
-- limits without Redis. Each reads the processes' metrics. A share of few requests says nothing, so a rule
-- has a minimum.

create function farthing.metric_quantile(
  p_name text, p_labels text, p_share numeric, p_from timestamptz, p_to timestamptz)
returns table (count bigint, ms numeric)
language sql stable
set search_path = ''
as $$
  with counted as (
    select b.nr, sum(b.count) as count
    from farthing.metric_rows(p_name, p_from, p_to) m, unnest(m.buckets) with ordinality b (count, nr)
    where m.labels like p_labels and b.count > 0 group by b.nr
  ), ranked as (
    select c.nr, sum(c.count) over (order by c.nr) as up_to, sum(c.count) over () as n from counted c
  )
  -- The nearest rank: the first value that this share of the values does not exceed.
  select coalesce(max(r.n), 0)::bigint,
    farthing.bucket_ms(min(r.nr) filter (where r.up_to >= ceil(p_share * r.n)) - 0.5)
  from ranked r
$$;
comment on function farthing.metric_quantile(text, text, numeric, timestamptz, timestamptz) is
  'The number of a metric''s durations in a window, and the value in ms below which p_share of them lie.';

create function farthing.read_deep_checks(p_rule farthing.alert_rules, p_now timestamptz)
returns farthing.alert_reading
language sql stable
set search_path = ''
as $$
  select farthing.read_against(p_rule, count(*), format('%s failed: %s.',
    farthing.count_text(count(*), 'paid check'),
    string_agg(format('%s with %s', c.name, coalesce(c.code, 'no code')), ', ' order by c.name)))
  from farthing.deep_checks c where c.outcome = 'failed' and c.checked_at > p_now - p_rule.period
$$;
comment on function farthing.read_deep_checks(farthing.alert_rules, timestamptz) is
  'The number of paid checks whose last run failed.';

create function farthing.read_ai_errors(p_rule farthing.alert_rules, p_now timestamptz)
returns farthing.alert_reading
language sql stable
set search_path = ''
as $$
  with counted as (
    -- A rejection by the provider is an error of the request. Refused: the circuit breaker is open.
    select coalesce(sum(m.count), 0) as attempts, coalesce(sum(m.count) filter (
      where farthing.label_of(m.labels, 'outcome') in ('failed', 'timeout', 'refused')), 0) as failed
    from farthing.metric_rows('outside_calls', p_now - p_rule.period, p_now) m
    where farthing.label_of(m.labels, 'service') = 'ai'
  )
  select farthing.read_against(p_rule, case when c.failed >= p_rule.minimum then c.failed / c.attempts end,
    format('%s of %s calls to models failed within %s, which is %s.', trim_scale(c.failed),
      trim_scale(c.attempts), farthing.period_text(p_rule.period),
      farthing.percent_text(c.failed / nullif(c.attempts, 0))))
  from counted c
$$;
comment on function farthing.read_ai_errors(farthing.alert_rules, timestamptz) is
  'The share of failed calls to models, if at least minimum of them failed.';

create function farthing.read_ai_slowness(p_rule farthing.alert_rules, p_now timestamptz)
returns farthing.alert_reading
language sql stable
set search_path = ''
as $$
  select farthing.read_against(p_rule, case when q.count >= p_rule.minimum then q.ms end, format(
    '5 %% of %s calls to models took longer than %s ms within %s.', q.count, round(q.ms),
    farthing.period_text(p_rule.period)))
  from farthing.metric_quantile('outside_call', 'service=ai', 0.95, p_now - p_rule.period, p_now) q
$$;
comment on function farthing.read_ai_slowness(farthing.alert_rules, timestamptz) is
  'The p95 of calls to models in milliseconds.';

create function farthing.read_auth_failures(p_rule farthing.alert_rules, p_now timestamptz)
returns farthing.alert_reading
language sql stable
set search_path = ''
as $$
  with counted as (
    select farthing.metric_sum('auth_failures', null, p_now - p_rule.period, p_now) as failed,
      (select r.requests from farthing.requests_between(p_now - p_rule.period, p_now) r
        where r.route is null) as requests
  )
  select farthing.read_against(p_rule, case when c.failed >= p_rule.minimum
      then c.failed / greatest(c.failed, c.requests) end, format(
    '%s of %s requests within %s were refused for their credentials or signature.', trim_scale(c.failed),
    greatest(c.failed, c.requests)::bigint, farthing.period_text(p_rule.period)))
  from counted c
$$;
comment on function farthing.read_auth_failures(farthing.alert_rules, timestamptz) is
  'The share of requests with refused credentials, if at least minimum of them were refused.';

create function farthing.read_limiter(p_rule farthing.alert_rules, p_now timestamptz)
returns farthing.alert_reading
language sql stable
set search_path = ''
as $$
  with counted as (
    select farthing.metric_sum('limiter_fallbacks', null, p_now - p_rule.period, p_now)
        -- A project without Redis falls back by choice.
        - farthing.metric_sum('limiter_fallbacks', 'reason=unconfigured', p_now - p_rule.period, p_now)
        as fallbacks,
      (select r.requests from farthing.requests_between(p_now - p_rule.period, p_now) r
        where r.route is null) as requests
  )
  select farthing.read_against(p_rule, case when c.fallbacks >= p_rule.minimum
      then c.fallbacks / nullif(greatest(c.fallbacks, c.requests), 0) end, format(
    '%s of %s requests within %s were limited without Redis, each process by its own count.',
    trim_scale(c.fallbacks), greatest(c.fallbacks, c.requests)::bigint, farthing.period_text(p_rule.period)))
  from counted c
$$;
comment on function farthing.read_limiter(farthing.alert_rules, timestamptz) is
  'The share of requests that the fallback limited, because Redis was slow, down or wrong.';
