-- The ceilings of grants: for one grant, for the grants of one author in a day, and for all grants
-- of a day. They are the policy's grant_ceiling, grant_ceiling_author_day and grant_ceiling_day
-- (policy/tables.sql).

create function farthing.is_bound(p_author text, p_policy farthing.policy)
returns boolean
language sql immutable
set search_path = ''
as $$
  select p_author like 'operator:%' or (p_author like 'key:%' and p_policy.grant_ceilings_bind_keys)
$$;
comment on function farthing.is_bound(text, farthing.policy) is
  'Returns whether the ceilings bind this author. If they do, a grant above a ceiling waits for '
  'another operator.';

create function farthing.ceiling_met(p_grant farthing.grants, p_policy farthing.policy, p_now timestamptz)
returns text
language plpgsql
set search_path = ''
as $$
declare
  v_day timestamptz := farthing.day_ends_at(p_now) - interval '1 day';
  v_own numeric;
  v_all numeric;
begin
  if p_grant.amount > p_policy.grant_ceiling then
    return 'grant';
  end if;
  if not farthing.is_bound(p_grant.author, p_policy) then
    return null;
  end if;
  -- Two parallel grants could each fit under a ceiling that both together exceed. So the second
  -- grant waits for the first, and counts it.
  perform pg_advisory_xact_lock(hashtextextended('farthing.grants', 0));
  select coalesce(sum(g.amount) filter (where g.author = p_grant.author), 0), coalesce(sum(g.amount), 0)
  into v_own, v_all
  from farthing.grants g
  where g.created_at >= v_day and g.status = 'granted' and g.decided_by is null
    and farthing.is_bound(g.author, p_policy);
  return case when v_own + p_grant.amount > p_policy.grant_ceiling_author_day then 'author_day'
    when v_all + p_grant.amount > p_policy.grant_ceiling_day then 'day' end;
end
$$;
comment on function farthing.ceiling_met is
  'Returns the ceiling of the policy that a grant would exceed: grant, author_day or day; null if '
  'none. For an author whom the ceilings do not bind, only the ceiling for one grant is checked. '
  'Days are UTC.';
