-- The end of an answered chat. The chat is charged for the usage that the model's provider reports,
-- or, if the usage is unknown, for the most that the chat can have used.

create function farthing.chat_usage(p_chat farthing.chats, p_usage jsonb)
returns jsonb
language sql immutable
set search_path = ''
as $$
  -- Only these fields are taken: another field of a provider's usage must not choose the model, the
  -- rate or the event.
  select jsonb_strip_nulls(jsonb_build_object('model', p_chat.model,
    'input_tokens', p_usage -> 'input_tokens', 'cached_input_tokens', p_usage -> 'cached_input_tokens',
    'output_tokens', p_usage -> 'output_tokens', 'reasoning_tokens', p_usage -> 'reasoning_tokens'))
$$;
comment on function farthing.chat_usage(farthing.chats, jsonb) is
  'Returns the usage of a chat: its model is always the chat''s own, and only its token counts '
  'come from p_usage.';

create function farthing.chat_owns_key(p_chat farthing.chats)
returns boolean
language sql stable
set search_path = ''
as $$
  select not exists (select from farthing.chats c where c.idempotency_key = p_chat.idempotency_key
    and c.state = 'open' and c.hold_id <> p_chat.hold_id)
$$;
comment on function farthing.chat_owns_key(farthing.chats) is
  'Returns whether the chat''s idempotency key still belongs to the chat; false if a repeated '
  'request runs a new chat under the same key.';

create function farthing.settle_chat(p_chat farthing.chats, p_usages jsonb[], p_now timestamptz)
returns void
language plpgsql
set search_path = ''
as $$
begin
  perform farthing.settle(farthing.lock_open_hold(p_chat.hold_id, p_now), array(
    select row(null, null, u.usage, 'chat', null, coalesce(p_chat.correlation_id, farthing.trace_id()),
      p_chat.author)::farthing.bill
    from unnest(p_usages) with ordinality u (usage, nr) order by u.nr), p_now);
end
$$;
comment on function farthing.settle_chat is
  'Settles an open chat. Calls settle(), which charges the first of p_usages that the overdraft '
  'limit allows. The caller has locked the key, the owner, the account and the chat, and released '
  'expired holds.';

create function farthing.close_answered_chat(p_chat farthing.chats, p_usage jsonb, p_now timestamptz)
returns farthing.chats
language plpgsql
set search_path = ''
as $$
declare
  v_chat farthing.chats;
  v_is_late boolean := false;
  v_corrected numeric := 0;
begin
  perform farthing.release_expired_holds(p_chat.account_id, p_now);
  select * into v_chat from farthing.chats
  where account_id = p_chat.account_id and hold_id = p_chat.hold_id;
  if v_chat.state = 'open' then
    -- The answer was delivered. If its charge would add more debt than the overdraft limit allows,
    -- the chat is charged the price of the longest answer instead. The hold covers this price.
    perform farthing.settle_chat(v_chat, array[p_usage, jsonb_build_object('model', v_chat.model,
      'input_tokens', v_chat.input_tokens, 'output_tokens', v_chat.max_output_tokens)], p_now);
  elsif v_chat.state = 'released' then
    v_is_late := farthing.charge_late_chat(v_chat, p_usage, p_now);
  else
    v_corrected := farthing.correct_chat(v_chat, p_usage, p_now);
  end if;
  update farthing.chats
  set answered_at = p_now, state = case when v_is_late then 'settled' else state end, corrected = v_corrected
  where account_id = p_chat.account_id and hold_id = p_chat.hold_id returning * into v_chat;
  return v_chat;
end
$$;
comment on function farthing.close_answered_chat(farthing.chats, jsonb, timestamptz) is
  'Charges an answered chat: settles an open chat, charges a released chat late, and corrects a chat '
  'that the scheduled task has charged. Returns the closed chat. The caller has locked the key, the owner, '
  'the account and the chat.';
