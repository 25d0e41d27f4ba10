-- The proof of spend caps (rule 19) and of ceilings for grants (rule 18).

create function farthing.prove_caps()
returns setof farthing.violation
language plpgsql stable
set search_path = ''
as $$
begin
  return query
  select 19, a.account_id, format('on %s the charges are %s, the recorded spending is %s', s.day,
    e.spent, s.spent)
  from farthing.accounts a
  left join farthing.spending s on s.account_id = a.account_id
  cross join lateral (select coalesce(sum(n.amount), 0) as spent from farthing.entries n
    where n.account_id = a.account_id and n.counterparty = 'usage'
      and (n.created_at at time zone 'UTC')::date = s.day) e
  where a.daily_cap is not null and s.spent is distinct from e.spent
  union all
  select 19, a.account_id, format('daily_cap is %s, own_daily is %s, imposed_daily is %s', a.daily_cap,
    c.own_daily, c.imposed_daily)
  from farthing.accounts a left join farthing.spend_caps c on c.account_id = a.account_id
  where a.daily_cap is distinct from least(c.own_daily, c.imposed_daily);
end
$$;
comment on function farthing.prove_caps() is
  'Rule 19 for spend caps: the recorded spending of a day is the sum of the account''s charges on '
  'that day, and the daily cap is the lower of the owner''s own cap and the imposed cap.';

create function farthing.prove_ceilings()
returns setof farthing.violation
language plpgsql stable
set search_path = ''
as $$
begin
  return query
  select 18, g.account_id, format('grant %s met the ceiling %s, and nobody else confirmed it', g.grant_id,
    g.ceiling)
  from farthing.grants g
  where g.status = 'granted' and g.confirm_before is not null and g.decided_by is null
  union all
  select 18, null, format('%s: the authors'' days sum up to %s, all sealed entries to %s', coalesce(d.kind,
    s.kind), trim_scale(d.amount), trim_scale(s.amount))
  from (select kind, sum(amount) as amount from farthing.actor_days group by kind) d
  full join (select kind, sum(amount) as amount from farthing.entry_sums group by kind) s on s.kind = d.kind
  where d.amount is distinct from s.amount;
end
$$;
comment on function farthing.prove_ceilings() is
  'Rule 18: each grant above a ceiling was confirmed by another author, and the sums per day and '
  'author (actor_days) add up to the sums of all sealed entries.';
