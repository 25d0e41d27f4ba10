-- Grants that wait for another operator, and end as confirmed, declined or expired. The policy's
-- pending_grant_life (policy/tables.sql) limits how long they wait; finish_grant() computes confirm_before
-- from it.

create function farthing.lock_pending_grant(p_grant_id uuid, p_now timestamptz)
returns farthing.grants
language plpgsql
set search_path = ''
as $$
declare
  v_grant farthing.grants;
  v_is_left boolean;
begin
  select * into v_grant from farthing.grants where grant_id = p_grant_id;
  if v_grant.grant_id is null then
    perform farthing.fail('not_found', 'There is no such grant.', null, 'id');
  end if;
  select left_at is not null into v_is_left from farthing.accounts where account_id = v_grant.account_id
  for no key update;
  select * into v_grant from farthing.grants where grant_id = p_grant_id for update;
  if v_grant.status <> 'pending' or v_grant.confirm_before <= p_now or v_is_left then
    perform farthing.fail('grant_not_pending',
      'This grant is no longer pending; details.status says how it ended.', jsonb_build_object(
      'status', case v_grant.status when 'pending' then 'expired' else v_grant.status end));
  end if;
  return v_grant;
end
$$;
comment on function farthing.lock_pending_grant(uuid, timestamptz) is
  'Returns a pending grant, with its account locked. Fails with not_found, grant_not_pending.';

create function farthing.decide_grant(
  p_grant farthing.grants, p_confirm boolean, p_author text, p_now timestamptz)
returns farthing.grants
language plpgsql
set search_path = ''
as $$
begin
  if p_confirm then
    perform farthing.refuse_confirming(p_grant, p_author);
    perform farthing.release_expired_holds(p_grant.account_id, p_now);
    p_grant.lot_id := (farthing.put_grant(p_grant, p_now)).lot_id;
  end if;
  update farthing.grants set status = case when p_confirm then 'granted' else 'declined' end,
    decided_by = p_author, decided_at = p_now, lot_id = p_grant.lot_id
  where account_id = p_grant.account_id and grant_id = p_grant.grant_id returning * into p_grant;
  return p_grant;
end
$$;
comment on function farthing.decide_grant is
  'Confirms a locked, pending grant and adds its credits, or declines the grant. Returns the grant. '
  'Fails with grant_not_allowed.';

create function farthing.expire_grants(p_now timestamptz default now(), p_limit int default 500)
returns int
language sql
set search_path = ''
as $$
  with due as (
    select account_id, grant_id from farthing.grants where status = 'pending' and confirm_before <= p_now
    order by confirm_before limit p_limit for update skip locked
  ), swept as (
    update farthing.grants g set status = 'expired', decided_at = p_now from due
    where g.account_id = due.account_id and g.grant_id = due.grant_id returning 1
  )
  select count(*)::int from swept
$$;
comment on function farthing.expire_grants(timestamptz, int) is
  'Marks pending grants as expired after confirm_before, and returns their number.';
