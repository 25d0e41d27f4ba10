-- The heartbeats of running chats, and the closing of abandoned chats. A chat without a heartbeat
-- for 60 seconds counts as abandoned: its request no longer runs.

create function farthing.heartbeat_deadline(p_now timestamptz)
returns timestamptz
language sql immutable
set search_path = ''
as $$
  select p_now - interval '60 seconds'
$$;
comment on function farthing.heartbeat_deadline(timestamptz) is
  'Returns the time 60 seconds before p_now. A chat whose last heartbeat is at this time or '
  'earlier is abandoned.';

create function farthing.record_heartbeat(p_hold_id uuid, p_output_tokens int, p_now timestamptz)
returns boolean
language plpgsql
set search_path = ''
as $$
declare
  v_key bytea;
begin
  update farthing.chats
  set streamed_tokens = greatest(streamed_tokens, least(coalesce(p_output_tokens, 0), max_output_tokens)),
    accepted_at = coalesce(accepted_at, case when p_output_tokens is not null then p_now end),
    heartbeat_at = greatest(heartbeat_at, p_now)
  where hold_id = p_hold_id and state = 'open' returning idempotency_key into v_key;
  if not found then
    return false;
  end if;
  -- A repeated request may take over an idempotency key whose created_at is at least 3 minutes old.
  -- Heartbeats renew created_at, so a running chat keeps its key.
  update farthing.idempotency_keys set created_at = p_now
  where key = v_key and status is null and created_at <= p_now - interval '1 minute';
  return true;
end
$$;
comment on function farthing.record_heartbeat(uuid, int, timestamptz) is
  'Records that a chat''s request is alive. p_output_tokens: the output tokens received so far; '
  'null while the model''s provider has not accepted the request. Returns false if the chat is '
  'closed.';

create function farthing.close_abandoned_chat(p_chat farthing.chats, p_now timestamptz)
returns void
language plpgsql
set search_path = ''
as $$
begin
  -- This call releases all expired holds of the account. If the chat's own hold has expired, it is
  -- one of them.
  perform farthing.release_expired_holds(p_chat.account_id, p_now);
  if p_chat.accepted_at is null then
    perform farthing.release_hold(p_chat.account_id, p_chat.hold_id, p_chat.correlation_id, p_now);
  elsif (select status = 'open' from farthing.holds
    where account_id = p_chat.account_id and hold_id = p_chat.hold_id) then
    perform farthing.settle_chat(p_chat, array[farthing.chat_bound(p_chat)], p_now);
  end if;
  -- There is no answer to replay. The idempotency key is freed, so that a repeated request begins a
  -- new chat.
  delete from farthing.idempotency_keys where key = p_chat.idempotency_key and status is null;
end
$$;
comment on function farthing.close_abandoned_chat is
  'Closes an abandoned chat. If the model''s provider accepted the request and the hold has not '
  'expired, charges the most that the chat can have cost; otherwise releases the hold. The caller '
  'has locked the key, the owner, the account and the chat.';

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
  'Closes the chat of one idempotency key if the chat is abandoned. A repeated request calls this '
  'function before it begins a new chat, because the scheduled task may not have closed the old '
  'one yet.';

create function farthing.close_chat_if_abandoned(p_hold_id text, p_now timestamptz)
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
  -- The scheduled task closes chats in the order of time, but locks on several accounts must be
  -- taken in the order of the accounts' ids (docs/reference/rules.md, rule 4). Waiting for a lock
  -- could cause a deadlock, so this function skips the chat if another transaction has
  -- one of these locks.
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
  -- Now that the locks are held, the chat is read again: before that, its request may have sent a
  -- heartbeat or closed the chat.
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
comment on function farthing.close_chat_if_abandoned(text, timestamptz) is
  'Closes one chat whose last heartbeat is at least 60 seconds old. Returns 1, or 0 if a row is locked or '
  'the chat is no longer abandoned.';

create function farthing.close_abandoned_chats(p_now timestamptz default now(), p_limit int default 500)
returns int
language sql
set search_path = ''
as $$
  select farthing.work_off('close_abandoned_chats', 'chat', array(
    select c.hold_id::text from farthing.chats c
    where c.state = 'open' and c.heartbeat_at <= farthing.heartbeat_deadline(p_now)
      and not farthing.is_parked('close_abandoned_chats', 'chat', c.hold_id::text, p_now)
    order by c.created_at limit p_limit), 'close_chat_if_abandoned', p_now)
$$;
comment on function farthing.close_abandoned_chats(timestamptz, int) is
  'Closes chats whose last heartbeat is at least 60 seconds old, and returns their number.';
