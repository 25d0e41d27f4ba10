-- Grants: credits that a person or a key grants without a payment. Why two people: the right to grant is
-- the right to mint (T40). Operators can't grant to themselves; above a ceiling of the policy a grant waits
-- until another operator confirms it. Confirmed grants count towards no ceiling. Keys are the app's own
-- programs: ceilings bind them if the policy says so. A person at an SQL prompt is not bound but noticed:
-- credits_minted and grant_above_ceiling alert. Order of locks: the account, then the ceilings' lock, then
-- the grant.

create function farthing.refuse_grant(p_limit text)
returns void
language plpgsql stable -- not immutable: the planner would call it, and fail, ahead of the statement
set search_path = ''
as $$
begin
  perform farthing.fail('grant_not_allowed', case p_limit
    when 'self' then 'You can''t grant credits to yourself. Ask another operator.'
    when 'same_operator' then 'You can''t confirm your own grant. Ask another operator.'
    else 'A secret key can''t confirm a grant. Ask an operator.' end,
    jsonb_build_object('limit', p_limit));
end
$$;
comment on function farthing.refuse_grant(text) is
  'Fails grant_not_allowed; details.limit says why: self, same_operator or key.';

create function farthing.require_operator(p_author text)
returns void
language plpgsql stable
set search_path = ''
as $$
begin
  -- Ceilings are counted, and operators distinguished, by the ledger's author.
  if p_author <> 'operator:' || farthing.operator_id(p_author) then
    perform farthing.fail('invalid_request', 'p_author must be operator:<user id>, the id in lower case and '
      'with hyphens.', null, 'p_author');
  end if;
  -- A token has the roles of the time it was made. This reads the current ones.
  if p_author like 'operator:%' and not exists (select from auth.users
    where id = farthing.operator_id(p_author) and raw_app_meta_data ->> 'role' = 'operator')
  then
    perform farthing.fail('forbidden', 'You are not an operator any more. Sign in again.');
  end if;
end
$$;
comment on function farthing.require_operator(text) is
  'Refuses a person whose token names them an operator although auth.users no longer does, and an id in '
  'another spelling. Fails forbidden, invalid_request.';

create function farthing.refuse_own(p_author text, p_account_id bigint)
returns void
language plpgsql stable
set search_path = ''
as $$
begin
  if farthing.is_own(p_author, p_account_id) then
    perform farthing.fail('forbidden', 'You can''t decide about your own payments. Ask another operator.');
  end if;
end
$$;
comment on function farthing.refuse_own(text, bigint) is
  'Refuses an operator''s decision about a payment of their own account. Fails forbidden.';

create function farthing.require_granter(p_author text)
returns void
language plpgsql stable
set search_path = ''
as $$
begin
  -- A secret key may name any author. Stripe and scheduled tasks never grant, so their names are refused.
  if split_part(p_author, ':', 1) not in ('owner', 'operator', 'key', 'sql') then
    perform farthing.fail('invalid_request',
      'p_author must be operator:<user id>, key:<name> or sql:<role>.', null, 'p_author');
  end if;
  perform farthing.require_operator(p_author);
end
$$;
comment on function farthing.require_granter(text) is
  'Refuses authors who neither grant nor confirm grants: Stripe''s events, tasks, none. Fails '
  'invalid_request, forbidden.';

create function farthing.grant_kind(p_source farthing.lot_source)
returns farthing.entry_kind
language sql immutable
set search_path = ''
as $$
  select case p_source when 'promotional' then 'promotion' else 'adjustment' end::farthing.entry_kind
$$;
comment on function farthing.grant_kind(farthing.lot_source) is 'The kind of entry that a grant writes.';

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
  -- Two parallel grants would both fit under a ceiling that allows one: the second waits, and sees the
  -- first.
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
  'The ceiling of the policy that a grant would exceed: grant, author_day, day, or null. Days are UTC.';

create function farthing.is_bound(p_author text, p_policy farthing.policy)
returns boolean
language sql immutable
set search_path = ''
as $$
  select p_author like 'operator:%' or (p_author like 'key:%' and p_policy.grant_ceilings_bind_keys)
$$;
comment on function farthing.is_bound(text, farthing.policy) is
  'Whether a grant of this author above a ceiling waits for another operator.';

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
  'Adds a grant''s credits, with its requester as the author. The account is locked by the caller.';

create function farthing.grant_answer(p_grant farthing.grants, p_now timestamptz)
returns jsonb
language sql stable
set search_path = ''
as $$
  select jsonb_build_object('grant_id', p_grant.grant_id, 'user_id', a.owner_id,
    'status', case when p_grant.status = 'pending' and p_grant.confirm_before <= p_now then 'expired'
      else p_grant.status end,
    'source', p_grant.source, 'amount', trim_scale(p_grant.amount)::text, 'priority', p_grant.priority,
    'expires_at', p_grant.expires_at, 'reason', p_grant.reason, 'reference_id', p_grant.reference_id,
    'ceiling', p_grant.ceiling, 'requested_by', p_grant.author, 'confirm_before', p_grant.confirm_before,
    'decided_by', p_grant.decided_by, 'decided_at', p_grant.decided_at, 'lot_id', p_grant.lot_id,
    'created_at', p_grant.created_at)
  from farthing.accounts a where a.account_id = p_grant.account_id
$$;
comment on function farthing.grant_answer(farthing.grants, timestamptz) is
  'A grant in the form for operators; credits as text. Past confirm_before a pending one counts as expired.';

create function farthing.lot_answer(p_user_id uuid, p_lot farthing.lots)
returns jsonb
language sql immutable
set search_path = ''
as $$
  select jsonb_build_object('id', p_lot.lot_id, 'user_id', p_user_id, 'source', p_lot.source,
    'amount', trim_scale(p_lot.amount)::text, 'remaining', trim_scale(p_lot.remaining)::text,
    'priority', p_lot.priority, 'expires_at', p_lot.expires_at, 'created_at', p_lot.created_at)
$$;
comment on function farthing.lot_answer(uuid, farthing.lots) is
  'A lot in the form of a grant''s answer; credits as text.';

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
    perform farthing.fail('invalid_request', 'source must be promotional or adjustment.', null, 'source');
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
  'The requested terms of a grant, with its account locked. Fails invalid_request, not_found.';

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
  -- Not earlier: a repeat of a grant that is made once is answered even when its credits have expired.
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
  'Grants, or waits for another operator if a ceiling is exceeded: {status: 201, data: lot} or {status: '
  '202, data: the pending grant}. The account is locked by the caller.';
