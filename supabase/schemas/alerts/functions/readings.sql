-- The common parts of readings: the comparison with the rule's threshold, and the words of a
-- summary.

create function farthing.read_against(p_rule farthing.alert_rules, p_value numeric, p_summary text)
returns farthing.alert_reading
language sql immutable
set search_path = ''
as $$
  -- An empty reading, such as a share of zero requests, is fine. The value is rounded to the digits
  -- of a threshold: an operator who copies a shown value into the threshold must not get a
  -- threshold below it.
  select '', coalesce(v.value, 0), p_rule.threshold, coalesce(v.value > p_rule.threshold, false),
    coalesce(v.value <= least(p_rule.fine_at, p_rule.threshold), true), p_summary
  from (select round(p_value, 6) as value) v
$$;
comment on function farthing.read_against(farthing.alert_rules, numeric, text) is
  'Compares a figure with its rule''s threshold: over if the figure is above the threshold, fine if the '
  'figure is at most both fine_at and the threshold.';

create function farthing.count_text(p_count bigint, p_thing text)
returns text
language sql immutable
set search_path = ''
as $$
  select format('%s %s%s', p_count, p_thing, case when p_count <> 1 then 's' end)
$$;
comment on function farthing.count_text(bigint, text) is
  'Writes a count with its noun, for summaries: 1 place, 2 places.';

create function farthing.period_text(p_period interval)
returns text
language sql immutable
set search_path = ''
as $$
  select case
    when p_period >= interval '2 days' then format('%s days', trim_scale(round(v.minutes / 1440, 1)))
    when p_period >= interval '2 hours' then format('%s hours', trim_scale(round(v.minutes / 60, 1)))
    else format('%s minutes', round(v.minutes))
  end
  from (select extract(epoch from p_period) / 60) v (minutes)
$$;
comment on function farthing.period_text(interval) is 'Writes a period in words, for summaries.';

create function farthing.percent_text(p_share numeric)
returns text
language sql immutable
set search_path = ''
as $$
  select trim_scale(round(100 * p_share, 2)) || ' %'
$$;
comment on function farthing.percent_text(numeric) is 'Writes a share in percent, for summaries.';
