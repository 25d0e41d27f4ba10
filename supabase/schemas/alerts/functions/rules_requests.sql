-- Alert rules about requests: errors and durations, the error budget, refused callers, and rate
-- limits that were applied without Redis. Each rule reads the metrics that processes report. A high
-- share among few requests can be chance, so each rule has a minimum number of requests.

create function farthing.read_error_rate(p_rule farthing.alert_rules, p_now timestamptz)
returns farthing.alert_reading
language plpgsql stable
set search_path = ''
as $$
declare
  -- Below this number of errors, even a high share can be chance.
  c_least_errors constant int := 3;
  v_worst record;
begin
  -- Takes the highest share: of all requests together, or of one route with enough requests. Many
  -- requests to other routes must not hide the errors of a route with few requests.
  select r.route, r.requests, r.errors, r.errors::numeric / r.requests as share into v_worst
  from farthing.requests_between(p_now - p_rule.period, p_now) r
  where r.requests >= greatest(p_rule.minimum, 1) order by share desc, r.requests desc limit 1;
  return farthing.read_against(p_rule,
    case when v_worst.errors >= c_least_errors then v_worst.share end, format(
    '%s of %s requests to %s ended in a server error within %s, which is %s.', v_worst.errors,
    v_worst.requests, coalesce(v_worst.route, 'all routes together'), farthing.period_text(p_rule.period),
    farthing.percent_text(v_worst.share)));
end
$$;
comment on function farthing.read_error_rate(farthing.alert_rules, timestamptz) is
  'Reads the share of requests that ended in a server error: the share among all requests, or '
  'among those of the worst route if that is higher.';

create function farthing.read_slowness(p_rule farthing.alert_rules, p_now timestamptz)
returns farthing.alert_reading
language plpgsql stable
set search_path = ''
as $$
declare
  -- These routes call models or other services, or work through a queue, so their requests may take
  -- long.
  c_slow_by_nature constant text :=
    '^POST /(ai/|job-runner|payment-runner|notification-runner|health/deep|webhook-events/)';
  v_worst record;
begin
  select r.route, r.requests, r.p95 into v_worst
  from farthing.requests_between(p_now - p_rule.period, p_now) r
  where r.route !~ c_slow_by_nature and r.requests >= greatest(p_rule.minimum, 1)
  order by r.p95 desc nulls last limit 1;
  return farthing.read_against(p_rule, v_worst.p95, format(
    '5 %% of %s requests to %s took longer than %s ms within %s.', v_worst.requests, v_worst.route,
    round(v_worst.p95), farthing.period_text(p_rule.period)));
end
$$;
comment on function farthing.read_slowness(farthing.alert_rules, timestamptz) is
  'Reads the p95 duration, in ms, of the slowest route; routes that call models or other services, '
  'or work through a queue, do not count.';

create function farthing.core_coverage(p_window interval, p_now timestamptz)
returns interval
language sql stable
set search_path = ''
as $$
  select count(*) * case g.grain when 'minute' then interval '1 minute' else interval '1 hour' end
  -- Metrics per minute are stored for only 25 hours, so a window of more than 6 hours reads the
  -- metrics per hour.
  from (select case when p_window <= interval '6 hours' then 'minute' else 'hour' end as grain) g
  left join farthing.metrics m on m.grain = g.grain and m.name = 'core_requests'
    and m.starts_at > p_now - p_window and m.starts_at <= p_now
  group by g.grain
$$;
comment on function farthing.core_coverage(interval, timestamptz) is
  'Returns how much of a window has data: the sum of the minutes in which a core route (slo() '
  'lists these routes) had a request. For a window of more than 6 hours, returns the sum of the '
  'hours with such a request.';

create function farthing.read_budget(p_rule farthing.alert_rules, p_now timestamptz)
returns farthing.alert_reading
language plpgsql stable
set search_path = ''
as $$
declare
  -- A window counts only if enough of it has data, because the few requests in the first minutes of
  -- a project say little.
  v_seen interval[] := array(select w.long_window from farthing.burn_windows() w
    where (w.long_window > interval '6 hours') = (p_rule.rule = 'budget_burn_slow')
      and farthing.core_coverage(w.long_window, p_now)
        >= greatest(w.long_window / 24, interval '15 minutes'));
  v_worst record;
begin
  if v_seen = '{}' then
    return farthing.read_against(p_rule, null, '');
  end if;
  select b.*, least(b.long_burn, b.short_burn) / b.factor as times into v_worst
  from farthing.budget_burns(p_now) b
  where b.long_window = any (v_seen) and b.requests >= p_rule.minimum
  order by times desc, b.long_window limit 1;
  return farthing.read_against(p_rule, v_worst.times, format(
    'The error budget (%s) is spent %s times too fast within %s and %s times within %s.', v_worst.slo,
    trim_scale(round(v_worst.long_burn, 2)), farthing.period_text(v_worst.long_window),
    trim_scale(round(v_worst.short_burn, 2)), farthing.period_text(v_worst.short_window)));
end
$$;
comment on function farthing.read_budget(farthing.alert_rules, timestamptz) is
  'Reads how fast the error budget burns. For each pair of windows (a long and a short one), the '
  'lower of the two burn rates is divided by the pair''s factor. The result is the highest '
  'quotient.';

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
  'Reads the share of requests with refused credentials, if the number of these requests is at '
  'least the rule''s minimum.';

create function farthing.read_limiter(p_rule farthing.alert_rules, p_now timestamptz)
returns farthing.alert_reading
language sql stable
set search_path = ''
as $$
  with counted as (
    select farthing.metric_sum('limiter_fallbacks', null, p_now - p_rule.period, p_now)
        -- If a project has configured no Redis, its rate limits work without Redis on purpose. So
        -- these requests are subtracted.
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
  'Reads the share of requests whose rate limit was checked without Redis, for example because '
  'Redis was slow or unavailable. Requests count only if the project has configured Redis.';
