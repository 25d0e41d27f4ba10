-- Grants made once, confirmed and expired.

create function farthing.known_grant(p_user_id uuid, p_grant farthing.grants, p_now timestamptz)
returns jsonb
language plpgsql stable
set search_path = ''
as $$
declare
  v_lot farthing.lots;
  v_pending farthing.grants;
  c_priority constant smallint := 100; -- receive()'s default for a lot
begin
  select l.* into v_lot from farthing.used_references r
  join farthing.entries e on e.account_id = r.account_id and e.seq = r.first_seq
  join farthing.lots l on l.account_id = e.account_id and l.lot_id = e.lot_id
  where r.account_id = p_grant.account_id and r.movement = 'grant' and r.reference_id = p_grant.reference_id;
  if v_lot.lot_id is null then
    select * into v_pending from farthing.grants where account_id = p_grant.account_id
      and reference_id = p_grant.reference_id and once and status = 'pending' and confirm_before > p_now;
  end if;
  if v_lot.lot_id is null and v_pending.grant_id is null then
    return null;
  end if;
  if v_lot.lot_id is null then
    v_lot.amount := v_pending.amount;
    v_lot.source := v_pending.source;
    v_lot.priority := coalesce(v_pending.priority, c_priority);
    v_lot.expires_at := v_pending.expires_at;
  end if;
  perform farthing.refuse_reference(array(select f.name from (values
    ('amount', v_lot.amount <> p_grant.amount), ('source', v_lot.source <> p_grant.source),
    ('expires_at', v_lot.expires_at is distinct from p_grant.expires_at),
    ('priority', v_lot.priority <> coalesce(p_grant.priority, c_priority))) f (name, differs)
    where f.differs));
  return case when v_lot.lot_id is null then jsonb_build_object('status', 202, 'data',
      farthing.grant_answer(v_pending, p_now) || '{"duplicate": true}')
    else jsonb_build_object('status', 200, 'data', farthing.lot_answer(p_user_id, v_lot)
      || '{"duplicate": true}') end;
end
$$;
comment on function farthing.known_grant is
  'The earlier grant of a reference that is used once: {status: 200, data: lot} or {status: 202, data: the '
  'pending grant}; null if there is none. Fails reference_conflict if the amount, the source, the expiry '
  'or the priority differs.';

create function farthing.refuse_confirming(p_grant farthing.grants, p_author text)
returns void
language plpgsql stable
set search_path = ''
as $$
begin
  if p_author = p_grant.author then
    perform farthing.refuse_grant('same_operator');
  end if;
  if p_author like 'key:%' and not (select keys_confirm_grants from farthing.policy) then
    perform farthing.refuse_grant('key');
  end if;
  if farthing.is_own(p_author, p_grant.account_id) then
    perform farthing.refuse_grant('self');
  end if;
end
$$;
comment on function farthing.refuse_confirming is
  'Refuses a confirmation by the requester or the recipient of a grant, or by a key. Fails '
  'grant_not_allowed.';

create function farthing.sweep_grants(p_now timestamptz default now(), p_limit int default 500)
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
comment on function farthing.sweep_grants(timestamptz, int) is
  'Marks grants that were not confirmed in time as expired; returns how many.';
