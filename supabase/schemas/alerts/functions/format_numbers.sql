-- Formats the counts, periods and shares in the summary of an incident. The sentences of a summary are
-- in the functions of each rule: rules_*.sql and tasks_stopped.sql.

create function farthing.count_text(p_count bigint, p_thing text)
returns text
language sql immutable
set search_path = ''
as $$
  select format('%s %s%s', p_count, p_thing, case when p_count <> 1 then 's' end)
$$;
comment on function farthing.count_text(bigint, text) is
  'Formats a count with its noun, for summaries: 1 place, 2 places.';

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
comment on function farthing.period_text(interval) is 'Formats a period in words, for summaries.';

create function farthing.percent_text(p_share numeric)
returns text
language sql immutable
set search_path = ''
as $$
  select trim_scale(round(100 * p_share, 2)) || ' %'
$$;
comment on function farthing.percent_text(numeric) is 'Formats a share in percent, for summaries.';
