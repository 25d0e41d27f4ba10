-- The owner of an account: who may act for it, and its lock. Why only here: today a user acts for their own
-- account; members of an organisation will act for its account, which changes this file and the policy
-- may_see (ledger/tables.sql). Nothing else compares an owner but check_owner(), the owner's hash and the
-- proof; foundation/owners tests that. left_at says whether an account's user was deleted.

create function farthing.account_for(p_user_id uuid, p_account_id bigint default null)
returns bigint
language plpgsql stable
set search_path = ''
as $$
begin
  return (select a.account_id from farthing.accounts a
    where a.owner_id = p_user_id and (p_account_id is null or a.account_id = p_account_id));
end
$$;
comment on function farthing.account_for(uuid, bigint) is
  'The account that a user may act for: their own, or the named one; null if there is none or it is not '
  'theirs, which a caller cannot distinguish.';

create function farthing.acts_for(p_user_id uuid, p_account_id bigint)
returns boolean
language plpgsql stable
set search_path = ''
as $$
begin
  return coalesce(p_account_id = farthing.account_for(p_user_id, p_account_id), false);
end
$$;
comment on function farthing.acts_for(uuid, bigint) is
  'Whether a user may act for this account; false for no account.';

-- The locking form of the resolver: one select and no further call, because every charge begins with it.
create function farthing.lock_account(p_user_id uuid, p_now timestamptz)
returns farthing.accounts
language plpgsql
set search_path = ''
-- One stuck account must not use up the connections that all others need; endpoints retry.
set lock_timeout = '2s'
as $$
declare
  v_account farthing.accounts;
begin
  -- One value, not a column each: the executor sets up every column of a select at each call.
  v_account := (select a from farthing.accounts a where a.owner_id = p_user_id for no key update);
  if v_account.account_id is null then
    -- Locked: this waits for a user's deletion in progress, after which there is no user.
    perform from auth.users where id = p_user_id for key share;
    if not found then
      perform farthing.fail('not_found', 'There is no such user.', null, 'user_id');
    end if;
    insert into farthing.accounts (owner_id) values (p_user_id) on conflict (owner_id) do nothing;
    v_account := (select a from farthing.accounts a where a.owner_id = p_user_id for no key update);
  end if;
  if v_account.held > 0 then
    -- Separate: a call in a condition is prepared even if it is not made.
    if farthing.release_expired_holds(v_account.account_id, p_now) > 0 then
      select * into v_account from farthing.accounts where account_id = v_account.account_id;
    end if;
  end if;
  return v_account;
end
$$;
comment on function farthing.lock_account(uuid, timestamptz) is
  'The user''s own account, locked, with expired holds released; created on first use. Fails not_found if '
  'there is no such user.';

create function farthing.owner_of(p_account_id bigint)
returns uuid
language plpgsql stable
set search_path = ''
as $$
begin
  return (select a.owner_id from farthing.accounts a where a.account_id = p_account_id);
end
$$;
comment on function farthing.owner_of(bigint) is
  'The user who owns an account; null if they were deleted, and for an organisation''s account.';

create function farthing.operator_id(p_author text)
returns uuid
language sql immutable
set search_path = ''
as $$
  select substring(translate(p_author, '{}-', '') from '^operator:([0-9a-fA-F]{32})$')::uuid
$$;
comment on function farthing.operator_id(text) is
  'The user of the author operator:<user id>, in any spelling; null for every other author.';

create function farthing.is_own(p_author text, p_account_id bigint)
returns boolean
language plpgsql stable
set search_path = ''
as $$
begin
  return p_author = 'owner' or farthing.acts_for(farthing.operator_id(p_author), p_account_id);
end
$$;
comment on function farthing.is_own(text, bigint) is
  'Whether an author acts for an account: its owner, also as operator.';
