-- The owner of an account, the users who may act for the account, and the lock on the account.
-- Today users act for their own account only. To let the members of an organisation act for its
-- account, only this file and the policy may_see (ledger/tables/accounts.sql) would change. Other
-- files may read owner_id only to show it as user_id, to hash it (seals) or to check it (proof);
-- foundation/owners.test.sql enforces that rule.

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
  'Returns the account that a user may act for: their own account or, if p_account_id is given, '
  'that account. Returns null if there is no such account, or if the user cannot act for it; the '
  'caller cannot distinguish the two cases.';

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
  'Returns whether a user may act for this account; false if p_account_id is null.';

create function farthing.account_to_read(
  p_user_id uuid, p_author text, p_route text, p_now timestamptz)
returns bigint
language plpgsql
set search_path = ''
as $$
declare
  v_account_id bigint := farthing.account_for(p_user_id);
begin
  if v_account_id is null and not exists (select from auth.users where id = p_user_id) then
    perform farthing.fail('not_found', 'There is no such user.', null, 'user_id');
  end if;
  -- Operators who read their own account are not reading a customer's data, so that read is not
  -- recorded.
  if p_author is distinct from 'owner' and farthing.operator_id(p_author) is distinct from p_user_id then
    perform farthing.record_customer_read(v_account_id, p_user_id, p_author, p_route, p_now);
  end if;
  return v_account_id;
end
$$;
comment on function farthing.account_to_read(uuid, text, text, timestamptz) is
  'Returns the account of the user whose data a request lists or reads; null if the user has no '
  'account yet. Records the read if its author is not that user. p_route: such as "GET /credits". '
  'Fails with not_found if there is no such user.';

create function farthing.note_account_read(
  p_account_id bigint, p_author text, p_route text, p_now timestamptz)
returns void
language plpgsql
set search_path = ''
as $$
begin
  if p_author is distinct from 'owner' and farthing.is_own(p_author, p_account_id) is not true then
    perform farthing.record_customer_read(p_account_id, null, p_author, p_route, p_now);
  end if;
end
$$;
comment on function farthing.note_account_read(bigint, text, text, timestamptz) is
  'Records that an author read one resource of this account by the resource''s id, unless the account '
  'is the author''s own.';

-- Locks are taken in one order (docs/reference/rules.md, rule 4): the account's row, then its lots. A
-- statement touches one account only; a function that needs several accounts locks them in the order of their
-- ids.

-- Finds the account as account_for() does, and locks it. Every charge begins with this function, so
-- it has to be fast: most calls make only one select and call no other function.
create function farthing.lock_account(p_user_id uuid, p_now timestamptz)
returns farthing.accounts
language plpgsql
set search_path = ''
-- The timeout is short: requests that wait for one locked account must not use up the connections
-- that all other accounts need. Endpoints retry.
set lock_timeout = '2s'
as $$
declare
  v_account farthing.accounts;
begin
  -- The select returns one composite value. If it returned columns, the executor would set up each
  -- column at every call.
  v_account := (select a from farthing.accounts a where a.owner_id = p_user_id for no key update);
  if v_account.account_id is null then
    -- This lock waits for a deletion of the user that is in progress. After the deletion the query
    -- finds no user.
    perform from auth.users where id = p_user_id for key share;
    if not found then
      perform farthing.fail('not_found', 'There is no such user.', null, 'user_id');
    end if;
    insert into farthing.accounts (owner_id) values (p_user_id) on conflict (owner_id) do nothing;
    v_account := (select a from farthing.accounts a where a.owner_id = p_user_id for no key update);
  end if;
  if v_account.held > 0 then
    -- The conditions are two nested `if`s and not one `and`: PostgreSQL prepares every function
    -- call in a condition, even a call that it then skips, and this costs time.
    if farthing.release_expired_holds(v_account.account_id, p_now) > 0 then
      select * into v_account from farthing.accounts where account_id = v_account.account_id;
    end if;
  end if;
  return v_account;
end
$$;
comment on function farthing.lock_account(uuid, timestamptz) is
  'Locks and returns the user''s own account, with expired holds released; creates the account on first '
  'use. Fails with not_found if there is no such user.';

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
  'Returns the user who owns an account; null for an organisation''s account and for the account of a '
  'deleted user.';

-- An account loses its owner only when the user is deleted, and never gets another owner.
-- close_account() relies on this: only the deletion updates owner_id, and left_at is set once.
create function farthing.check_owner()
returns trigger
language plpgsql security definer -- runs inside Auth's delete, whose role has no rights here
set search_path = pg_catalog, pg_temp
as $$
declare
  v_is_legal boolean := case
    when tg_op = 'INSERT' then (new.kind = 'user') = (new.owner_id is not null) and new.left_at is null
    when old.owner_id is not null then new.owner_id is null
      and not exists (select from auth.users where id = old.owner_id)
    else new.owner_id is null and old.left_at is null and new.left_at is not null and isfinite(new.left_at)
    end;
begin
  if not v_is_legal then
    raise exception 'owner_id of a user''s account must not change, and owner_id of an organisation''s '
      'account must be null. To close a user''s account, delete the user.'
      using errcode = 'restrict_violation';
  end if;
  return null;
end
$$;
comment on function farthing.check_owner() is
  'Trigger: a user''s account begins with its owner, loses the owner when the user is deleted, and gets '
  'no other owner; an organisation''s account never has an owner. left_at is set once, and only while '
  'there is no owner.';
