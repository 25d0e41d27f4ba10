-- The decision on a request for welcome credits: only a user with a confirmed address gets them,
-- and welcome_reason() has the other reasons to refuse. The policy (policy/tables.sql) sets the
-- amount (welcome_credits), how long the credits are valid (welcome_credits_life) and the daily
-- limit (welcome_credits_day).

create function farthing.put_welcome_grant(p_request farthing.welcome_grants, p_email text,
  p_policy farthing.policy, p_now timestamptz)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_grant farthing.grants;
  v_lot farthing.lots;
begin
  v_grant.account_id := farthing.account_for(p_request.user_id);
  v_grant.source := 'promotional';
  v_grant.amount := p_policy.welcome_credits;
  v_grant.author := 'task:grant_welcome_credits';
  v_grant.reason := 'welcome credits';
  v_grant.once := false;
  v_grant.expires_at := p_now + nullif(p_policy.welcome_credits_life, '0');
  v_lot := farthing.put_grant(v_grant, p_now);
  update farthing.welcome_grants set status = 'granted', email_hash = farthing.email_hash(p_email),
    amount = v_lot.amount, account_id = v_lot.account_id, lot_id = v_lot.lot_id, decided_at = p_now
  where request_nr = p_request.request_nr;
  -- The grant counts on the day of decided_at, so that a day's total is the sum of the grants that
  -- were decided on that day.
  insert into farthing.welcome_days as d values ((p_now at time zone 'UTC')::date, v_lot.amount)
  on conflict (day) do update set granted = d.granted + excluded.granted;
end
$$;
comment on function farthing.put_welcome_grant is
  'Grants welcome credits, and adds them to the total of the day. The caller has locked the '
  'account and the request, and holds the advisory lock of grant_welcome().';

create function farthing.grant_welcome(p_request_nr text, p_now timestamptz)
returns int
language plpgsql
set search_path = ''
as $$
declare
  v_user_id uuid := (select user_id from farthing.welcome_grants
    where request_nr = p_request_nr::bigint and status = 'queued');
  v_user auth.users;
  v_request farthing.welcome_grants;
  v_policy farthing.policy;
  v_reason text := 'user_deleted';
begin
  -- This lock comes before all others, because a batch locks one account after the other, and two
  -- batches could otherwise deadlock. It also makes parallel batches count each other's grants.
  perform pg_advisory_xact_lock(hashtextextended('farthing.welcome', 0));
  if v_user_id is not null then
    -- The user is locked before our rows, because Auth's delete locks them in this order, too. A
    -- different order could make Auth's statement fail.
    select * into v_user from auth.users where id = v_user_id for key share skip locked;
    if v_user.id is null then
      return 0; -- the user is being deleted
    end if;
    perform farthing.lock_account(v_user_id, p_now);
  end if;
  select * into v_request from farthing.welcome_grants
  where request_nr = p_request_nr::bigint and status = 'queued' for update;
  if v_request.request_nr is null then
    return 0; -- another runner was faster
  end if;
  if v_user.id is not null and (v_user.email_confirmed_at is null or v_user.is_anonymous) then
    -- The user has no confirmed address now. If the user confirms an address later, a new request
    -- is queued.
    delete from farthing.welcome_grants where request_nr = v_request.request_nr;
    return 0;
  end if;
  select * into v_policy from farthing.policy;
  if v_user.id is not null then
    v_reason := farthing.welcome_reason(v_user.email, v_policy, p_now);
  end if;
  if v_reason is null then
    perform farthing.put_welcome_grant(v_request, v_user.email, v_policy, p_now);
  else
    update farthing.welcome_grants set status = 'refused', reason = v_reason, decided_at = p_now
    where request_nr = v_request.request_nr;
  end if;
  return (v_reason is null)::int;
end
$$;
comment on function farthing.grant_welcome(text, timestamptz) is
  'Decides a request for welcome credits. Returns 1 if it granted them, otherwise 0.';
