-- Chats: begin (credits held before the provider is asked), record (output streamed so far), settle or
-- release. A dead request is recognised by its missing heartbeat, and a scheduled task charges its chat:
-- see left_streams.sql. Why a trigger makes a chat's state follow its hold: a hold can end in other ways
-- (expiry, deletion of its owner, an operator), and none may leave a chat open. Order of locks: the key,
-- the owner, the account, the chat, the key's row. The scheduled task waits for none of them. The owner is
-- locked because changing an account twice, or writing a log, asks for its owner's row, which the deletion
-- of a user locks while it waits for the account.

create function farthing.close_chat()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  update farthing.chats set state = new.status, closed_at = new.resolved_at
  where account_id = new.account_id and hold_id = new.hold_id and state = 'open';
  return null;
end
$$;
comment on function farthing.close_chat() is 'A chat is open as long as its hold, however the hold ends.';

create function farthing.heartbeat_deadline(p_now timestamptz)
returns timestamptz
language sql immutable
set search_path = ''
as $$
  select p_now - interval '60 seconds'
$$;
comment on function farthing.heartbeat_deadline(timestamptz) is
  'The request of a chat without a heartbeat since this moment is dead.';

create function farthing.lock_chat(p_hold_id uuid, p_idempotency_key text)
returns farthing.chats
language plpgsql
set search_path = ''
set lock_timeout = '2s' -- as in lock_account
as $$
declare
  v_chat farthing.chats;
begin
  select * into v_chat from farthing.chats where hold_id = p_hold_id;
  if v_chat.hold_id is null or v_chat.idempotency_key <> decode(p_idempotency_key, 'hex') then
    perform farthing.fail('not_found', 'There is no such chat.', null, 'hold_id');
  end if;
  if v_chat.idempotency_key is not null then
    perform pg_advisory_xact_lock(hashtextextended(encode(v_chat.idempotency_key, 'hex'), 0));
  end if;
  perform from auth.users where id = farthing.owner_of(v_chat.account_id) for key share;
  perform from farthing.accounts where account_id = v_chat.account_id for no key update;
  select * into v_chat from farthing.chats
  where account_id = v_chat.account_id and hold_id = p_hold_id for update;
  return v_chat;
end
$$;
comment on function farthing.lock_chat(uuid, text) is
  'A chat with its key and its account locked. Fails not_found, also where it began under another key.';

create function farthing.close_abandoned_chat(p_chat farthing.chats, p_now timestamptz)
returns void
language plpgsql
set search_path = ''
as $$
begin
  perform farthing.release_expired_holds(p_chat.account_id, p_now); -- its own may be among them
  if p_chat.accepted_at is null then
    perform farthing.release_hold(p_chat.account_id, p_chat.hold_id, p_chat.correlation_id, p_now);
  elsif (select status = 'open' from farthing.holds
    where account_id = p_chat.account_id and hold_id = p_chat.hold_id) then
    perform farthing.settle_chat(p_chat, array[farthing.chat_bound(p_chat)], p_now);
  end if;
  -- There is no answer to store: a repeat runs anew.
  delete from farthing.idempotency_keys where key = p_chat.idempotency_key and status is null;
end
$$;
comment on function farthing.close_abandoned_chat is
  'Ends a chat whose request is dead: if the provider accepted it, the most that it can have cost is '
  'charged, else it is released. The caller has locked everything.';

create function farthing.sweep_chat(p_hold_id text, p_now timestamptz)
returns int
language plpgsql
set search_path = ''
as $$
declare
  v_chat farthing.chats;
  v_owner_id uuid;
begin
  select * into v_chat from farthing.chats where hold_id = p_hold_id::uuid;
  v_owner_id := farthing.owner_of(v_chat.account_id);
  -- Chats come in order of time and not of accounts (rule 4), so this waits for no lock.
  if v_chat.idempotency_key is not null and not pg_try_advisory_xact_lock(
    hashtextextended(encode(v_chat.idempotency_key, 'hex'), 0)) then
    return 0;
  end if;
  perform from auth.users where id = v_owner_id for key share skip locked;
  if not found and v_owner_id is not null then
    return 0;
  end if;
  perform from farthing.accounts where account_id = v_chat.account_id for no key update skip locked;
  if not found then
    return 0;
  end if;
  -- Read again: its request may have sent a heartbeat, or closed it, in between.
  select * into v_chat from farthing.chats
  where account_id = v_chat.account_id and hold_id = v_chat.hold_id and state = 'open'
    and heartbeat_at <= farthing.heartbeat_deadline(p_now)
  for update skip locked;
  if not found then
    return 0;
  end if;
  perform farthing.close_abandoned_chat(v_chat, p_now);
  return 1;
end
$$;
comment on function farthing.sweep_chat(text, timestamptz) is
  'Closes a chat without a heartbeat for 60 seconds; 1 if it did.';

create function farthing.sweep_chats(p_now timestamptz default now(), p_limit int default 500)
returns int
language sql
set search_path = ''
as $$
  select farthing.work_off('sweep_chats', 'chat', array(
    select c.hold_id::text from farthing.chats c
    where c.state = 'open' and c.heartbeat_at <= farthing.heartbeat_deadline(p_now)
      and not farthing.is_parked('sweep_chats', 'chat', c.hold_id::text, p_now)
    order by c.created_at limit p_limit), 'sweep_chat', p_now)
$$;
comment on function farthing.sweep_chats(timestamptz, int) is
  'Closes chats without a heartbeat for 60 seconds; returns how many.';

create function farthing.close_dead_chat(p_idempotency_key text, p_now timestamptz)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_chat farthing.chats;
begin
  select * into v_chat from farthing.chats where idempotency_key = decode(p_idempotency_key, 'hex')
    and state = 'open' and heartbeat_at <= farthing.heartbeat_deadline(p_now);
  if v_chat.hold_id is null then
    return;
  end if;
  v_chat := farthing.lock_chat(v_chat.hold_id, p_idempotency_key);
  if v_chat.state = 'open' and v_chat.heartbeat_at <= farthing.heartbeat_deadline(p_now) then
    perform farthing.close_abandoned_chat(v_chat, p_now);
  end if;
end
$$;
comment on function farthing.close_dead_chat(text, timestamptz) is
  'The task''s work for one key: a repeat that arrives before the scheduled task must not run beside the '
  'request that it repeats.';
