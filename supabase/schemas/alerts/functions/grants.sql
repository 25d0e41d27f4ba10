-- Alerts about minting: the credits granted in a day, and each grant above the ceiling of one grant. Why
-- both, although ceilings bind: they bind operators. Grants by keys and at SQL prompts show up here.

create function farthing.read_minted(p_rule farthing.alert_rules, p_now timestamptz)
returns farthing.alert_reading
language sql stable
set search_path = ''
as $$
  select farthing.read_against(p_rule, m.amount, format(
    '%s credits granted since midnight UTC: %s by operators, %s by keys, %s at SQL prompts, %s by others.',
    trim_scale(m.amount), trim_scale(m.operators), trim_scale(m.keys), trim_scale(m.prompts),
    trim_scale(m.amount - m.operators - m.keys - m.prompts)))
  from (select coalesce(sum(d.amount), 0) as amount,
      coalesce(sum(d.amount) filter (where d.author like 'operator:%'), 0) as operators,
      coalesce(sum(d.amount) filter (where d.author like 'key:%'), 0) as keys,
      coalesce(sum(d.amount) filter (where d.author like 'sql:%'), 0) as prompts
    from farthing.actor_days d
    where d.day = (p_now at time zone 'UTC')::date and d.kind in ('promotion', 'adjustment')) m
$$;
comment on function farthing.read_minted(farthing.alert_rules, timestamptz) is
  'The credits granted on this day, UTC, by anyone, in sealed entries.';

create function farthing.read_high_grants(p_rule farthing.alert_rules, p_now timestamptz)
returns farthing.alert_reading
language sql stable
set search_path = ''
as $$
  select farthing.read_against(p_rule, count(*), format(
    '%s above a ceiling within %s: %s pending, %s granted, %s by keys or at SQL prompts.',
    farthing.count_text(count(*), 'grant'), farthing.period_text(p_rule.period),
    count(*) filter (where g.status = 'pending'), count(*) filter (where g.status = 'granted'),
    count(*) filter (where g.author not like 'operator:%')))
  from (select status, author from farthing.grants
    where created_at > p_now - p_rule.period and ceiling is not null limit 10000) g
$$;
comment on function farthing.read_high_grants(farthing.alert_rules, timestamptz) is
  'The number of grants that exceeded a ceiling within the period, in any state.';
