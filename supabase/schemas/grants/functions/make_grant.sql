-- Grants: credits that an operator or a secret key grants without a payment. A grant creates
-- credits out of nothing (trap T40, docs/reference/traps.md). So operators can't grant to
-- themselves, and a grant above a ceiling of the policy waits until another operator confirms it
-- (pending_grants.sql). Confirmed grants count towards no ceiling. Secret keys belong to the app's
-- own programs: the ceilings bind keys only if the policy says so. The ceilings do not bind a
-- person at an SQL prompt, but the alert rules credits_minted and grant_above_ceiling report such
-- grants. Order of locks: the account, the lock of the ceilings, the grant.

create function farthing.begin_grant(
  p_user_id uuid, p_amount text, p_source text, p_expires_at timestamptz, p_priority int, p_now timestamptz)
returns farthing.grants
language plpgsql
set search_path = ''
as $$
declare
  v_grant farthing.grants;
begin
  v_grant.amount := farthing.parse_amount(p_amount, 'amount');
  if p_source is null or p_source not in ('promotional', 'adjustment') then
    perform farthing.fail('invalid_request', '`source` must be `promotional` or `adjustment`.', null,
      'source');
  end if;
  if p_priority not between 0 and 1000 then
    perform farthing.fail('invalid_request', 'priority must be between 0 (spent first) and 1000.', null,
      'priority');
  end if;
  v_grant.source := p_source::farthing.lot_source;
  v_grant.expires_at := p_expires_at;
  v_grant.priority := p_priority;
  v_grant.created_at := p_now;
  v_grant.account_id := (farthing.lock_account(p_user_id, p_now)).account_id;
  return v_grant;
end
$$;
comment on function farthing.begin_grant is
  'Checks the requested terms of a grant, locks the account, and returns the terms. Fails with '
  'invalid_request, not_found.';

create function farthing.known_grant(p_user_id uuid, p_grant farthing.grants, p_now timestamptz)
returns jsonb
language plpgsql stable
set search_path = ''
as $$
declare
  v_lot farthing.lots;
  v_pending farthing.grants;
  c_priority constant smallint := 100; -- the default of receive() for a lot
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
  'For a grant with `once`, returns the earlier grant with the same reference_id: {status: 200, '
  'data: lot} or {status: 202, data: the pending grant}; null if there is none. Fails with '
  'reference_conflict if the earlier grant has another amount, source, expiry or priority.';

create function farthing.grant_kind(p_source farthing.lot_source)
returns farthing.entry_kind
language sql immutable
set search_path = ''
as $$
  select case p_source when 'promotional' then 'promotion' else 'adjustment' end::farthing.entry_kind
$$;
comment on function farthing.grant_kind(farthing.lot_source) is
  'Returns the kind of the entry that a grant writes.';

create function farthing.put_grant(p_grant farthing.grants, p_now timestamptz)
returns farthing.lots
language plpgsql
set search_path = ''
as $$
declare
  v_terms farthing.lots;
  v_lot farthing.lots;
begin
  v_terms.expires_at := p_grant.expires_at;
  v_terms.priority := p_grant.priority;
  v_lot := farthing.receive(p_grant.account_id, p_grant.source, p_grant.amount,
    farthing.grant_kind(p_grant.source),
    case p_grant.source when 'promotional' then 'promotions' else 'adjustments' end::farthing.system_account,
    v_terms, 'grant', p_grant.reference_id, p_grant.correlation_id, jsonb_build_object('reason',
      p_grant.reason) || case when p_grant.grant_id is not null
        then jsonb_build_object('grant_id', p_grant.grant_id) else '{}' end, p_grant.author, p_now);
  if p_grant.once then
    insert into farthing.used_references
    select p_grant.account_id, 'grant', p_grant.reference_id, a.last_seq, a.last_seq
    from farthing.accounts a where a.account_id = p_grant.account_id;
  end if;
  return v_lot;
end
$$;
comment on function farthing.put_grant is
  'Adds the credits of a grant, with its requester as the author. The caller has locked the account.';

create function farthing.finish_grant(p_grant farthing.grants, p_user_id uuid, p_now timestamptz)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  v_policy farthing.policy;
  v_bound boolean;
  v_lot farthing.lots;
begin
  -- This check comes after known_grant(), because a repeated request with `p_once` gets the earlier
  -- grant even if the credits have expired.
  if p_grant.expires_at <= p_now or p_grant.expires_at = 'infinity' then
    perform farthing.fail('invalid_request', 'expires_at must be in the future. Leave it out for credits '
      'that never expire.', null, 'expires_at');
  end if;
  select * into v_policy from farthing.policy;
  v_bound := farthing.is_bound(p_grant.author, v_policy);
  p_grant.ceiling := farthing.ceiling_met(p_grant, v_policy, p_now);
  p_grant.grant_id := case when v_bound or p_grant.ceiling is not null then gen_random_uuid() end;
  if v_bound and p_grant.ceiling is not null then
    p_grant.status := 'pending';
    p_grant.confirm_before := least(p_now + v_policy.pending_grant_life, p_grant.expires_at);
  else
    v_lot := farthing.put_grant(p_grant, p_now);
    p_grant.status := 'granted';
    p_grant.lot_id := v_lot.lot_id;
    p_grant.decided_at := p_now;
  end if;
  if p_grant.grant_id is not null then
    insert into farthing.grants select p_grant.*;
  end if;
  return case p_grant.status when 'pending' then jsonb_build_object('status', 202, 'data',
      farthing.grant_answer(p_grant, p_now))
    else jsonb_build_object('status', 201, 'data', farthing.lot_answer(p_user_id, v_lot)) end;
end
$$;
comment on function farthing.finish_grant is
  'Adds the credits, or stores a pending grant if the grant exceeds a ceiling that binds its author. '
  'Returns {status: 201, data: lot} or {status: 202, data: the pending grant}. The caller has locked the '
  'account. Fails with invalid_request.';

create function farthing.make_grant(p_grant farthing.grants, p_user_id uuid, p_now timestamptz)
returns jsonb
language sql
set search_path = ''
as $$
  select coalesce(case when p_grant.once then farthing.known_grant(p_user_id, p_grant, p_now) end,
    farthing.finish_grant(p_grant, p_user_id, p_now))
$$;
comment on function farthing.make_grant(farthing.grants, uuid, timestamptz) is
  'Makes a grant. With `once`, returns the earlier grant with the same reference_id instead, if '
  'there is one. Returns {status, data} from known_grant() or finish_grant(). The caller has '
  'locked the account.';

create function farthing.request_grant(
  p_user_id uuid, p_amount text, p_source text, p_expires_at timestamptz, p_priority int, p_reason text,
  p_correlation_id text, p_reference_id text, p_once boolean, p_author text, p_now timestamptz)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  v_grant farthing.grants;
begin
  if p_once then
    perform farthing.require_reference(p_reference_id);
  end if;
  perform farthing.require_granter(p_author);
  perform farthing.refuse_own_grant(p_user_id, p_author);
  v_grant := farthing.begin_grant(p_user_id, p_amount, p_source, p_expires_at, p_priority, p_now);
  v_grant.reason := p_reason;
  v_grant.reference_id := p_reference_id;
  v_grant.once := coalesce(p_once, false);
  v_grant.correlation_id := p_correlation_id;
  v_grant.author := p_author;
  return farthing.make_grant(v_grant, p_user_id, p_now);
end
$$;
comment on function farthing.request_grant is
  'Checks the author and the terms of a grant, and makes it. Returns {status, data} from make_grant(). '
  'Fails with grant_not_allowed, forbidden, reference_conflict, not_found, invalid_request.';
