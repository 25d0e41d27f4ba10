-- Chats: a chat begins with a hold, before the model's provider is called. Then the chat's request
-- records heartbeats (abandoned_chats.sql), and in the end settles (settle_chats.sql) or releases
-- the chat. A trigger closes a chat when its hold ends, because a hold can also end without the
-- chat's request: by expiry, by the deletion of the owner, or by an operator. Order of locks: the
-- advisory lock of the idempotency key, the owner, the account, the chat, the key's row. The
-- scheduled task that closes abandoned chats skips a chat if one of these locks is taken. The
-- owner's row must be locked, because two later statements check a foreign key to that row: the
-- insert of a log, and the second update of the account in one transaction. The owner is locked
-- before the account, as in the deletion of a user; another order could cause a deadlock.

create function farthing.begin_chat(p_user_id uuid, p_chat farthing.chats, p_now timestamptz)
returns farthing.holds
language plpgsql
set search_path = ''
as $$
declare
  v_hold farthing.holds := farthing.terms_of_estimate(farthing.dearest_usage(p_chat.model,
    p_chat.max_input_tokens, p_chat.max_output_tokens, p_now), p_now);
begin
  v_hold.reason := 'chat';
  v_hold.correlation_id := coalesce(p_chat.correlation_id, farthing.trace_id());
  v_hold.author := p_chat.author;
  v_hold.expires_at := p_now + interval '10 minutes';
  v_hold := (farthing.open_hold(farthing.lock_account(p_user_id, p_now), v_hold, p_now)).hold;
  insert into farthing.chats (account_id, hold_id, model, input_tokens, max_input_tokens, max_output_tokens,
    output_is_counted, idempotency_key, correlation_id, author, created_at, heartbeat_at)
  values (v_hold.account_id, v_hold.hold_id, p_chat.model, p_chat.input_tokens, p_chat.max_input_tokens,
    p_chat.max_output_tokens, p_chat.output_is_counted, p_chat.idempotency_key, v_hold.correlation_id,
    p_chat.author, p_now, p_now);
  return v_hold;
end
$$;
comment on function farthing.begin_chat is
  'Holds, for ten minutes, the most credits that a chat can cost, stores the chat, and returns the '
  'hold. p_chat has the model, the token counts, the idempotency key and the author. Fails with '
  'insufficient_credits, spend_cap_reached, not_found.';

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
comment on function farthing.close_chat() is
  'Trigger: closes a chat when its hold ends, whatever ended the hold.';

create function farthing.lock_chat(p_hold_id uuid, p_idempotency_key text)
returns farthing.chats
language plpgsql
set search_path = ''
set lock_timeout = '2s' -- the same timeout as in lock_account()
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
  'Locks a chat, with its idempotency key, its owner and its account, and returns the chat. Fails '
  'with not_found if there is no such chat or the chat began under another idempotency key.';
