-- Alert rules about external services: failed paid checks (health/functions/deep_checks.sql), and
-- models that fail or are slow.

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
  'Reads how many paid checks failed in their last run. A paid check uses a service a little, and '
  'this use costs money.';

create function farthing.read_ai_errors(p_rule farthing.alert_rules, p_now timestamptz)
returns farthing.alert_reading
language sql stable
set search_path = ''
as $$
  with counted as (
    -- The outcome `rejected` does not count as failed: it is a 4xx response such as 400 or 401,
    -- which says that the request was wrong. The outcome `refused` means that the circuit breaker
    -- sent no request.
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
  'Reads the share of calls to models that failed, if the number of failed calls is at least the '
  'rule''s minimum.';

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
  -- The quantile by nearest rank: the smallest duration d such that at least p_share of the
  -- durations are d or shorter.
  select coalesce(max(r.n), 0)::bigint,
    farthing.bucket_ms(min(r.nr) filter (where r.up_to >= ceil(p_share * r.n)) - 0.5)
  from ranked r
$$;
comment on function farthing.metric_quantile(text, text, numeric, timestamptz, timestamptz) is
  'Returns two figures about the durations that a metric recorded in a window: their number, and '
  'their quantile p_share in ms. For p_share = 0.95, the quantile is the p95.';

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
  'Reads the p95 duration of calls to models, in ms.';
