-- The end of a day in UTC. Daily caps on spending and daily ceilings of grants use these days.

create function farthing.day_ends_at(p_now timestamptz)
returns timestamptz
language sql immutable
set search_path = ''
as $$
  select (date_trunc('day', p_now at time zone 'UTC') + interval '1 day') at time zone 'UTC'
$$;
comment on function farthing.day_ends_at(timestamptz) is 'Returns the next midnight UTC.';
