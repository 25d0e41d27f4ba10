-- Compares a figure with its rule's threshold: is the figure over the threshold, and is it fine again?

create function farthing.read_against(p_rule farthing.alert_rules, p_value numeric, p_summary text)
returns farthing.alert_reading
language sql immutable
set search_path = ''
as $$
  -- A value of null, such as a share of zero requests, is fine. The value is rounded to 6 decimals,
  -- because incidents and thresholds are stored with 6 decimals. Without the rounding, the value
  -- could be above a threshold that an operator copied from an incident.
  select '', coalesce(v.value, 0), p_rule.threshold, coalesce(v.value > p_rule.threshold, false),
    coalesce(v.value <= least(p_rule.fine_at, p_rule.threshold), true), p_summary
  from (select round(p_value, 6) as value) v
$$;
comment on function farthing.read_against(farthing.alert_rules, numeric, text) is
  'Compares a figure with its rule''s threshold. The reading is over if the figure is above the '
  'threshold. It is fine if the figure is at most fine_at and at most the threshold.';
