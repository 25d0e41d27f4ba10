-- How a chat ends by its own request: settled with what the provider counted, or released.

create function farthing.chat_usage(p_chat farthing.chats, p_usage jsonb)
returns jsonb
language sql immutable
set search_path = ''
as $$
  -- Picked by name: what else a provider says of usage must choose neither model, rate nor event.
  select jsonb_strip_nulls(jsonb_build_object('model', p_chat.model,
    'input_tokens', p_usage -> 'input_tokens', 'cached_input_tokens', p_usage -> 'cached_input_tokens',
    'output_tokens', p_usage -> 'output_tokens', 'reasoning_tokens', p_usage -> 'reasoning_tokens'))
$$;
comment on function farthing.chat_usage(farthing.chats, jsonb) is
  'The usage of a chat: its own model, and the token counts of p_usage.';

create function farthing.chat_answer(p_chat farthing.chats, p_answer jsonb, p_usage jsonb)
returns jsonb
language plpgsql stable
set search_path = ''
as $$
declare
  v_charge jsonb := farthing.usage_answer(p_chat.account_id, 'chat', p_chat.hold_id::text);
begin
  return jsonb_build_object('message', p_answer -> 'message', 'finish_reason', p_answer -> 'finish_reason',
    'usage', coalesce(case when p_chat.corrected > 0 then p_usage - 'model' end,
      (select e.metadata - 'model' - 'rate_version' - 'hold_id'
      from farthing.usage_events u
      join farthing.entries e on e.account_id = u.account_id and e.seq = u.first_seq
      where u.account_id = p_chat.account_id and u.origin = 'chat' and u.event_id = p_chat.hold_id::text),
      jsonb_build_object('input_tokens', p_chat.input_tokens, 'output_tokens', p_chat.streamed_tokens)),
    'credits', trim_scale(coalesce((v_charge ->> 'credits')::numeric, 0) - p_chat.corrected)::text,
    'balance_after', coalesce(case when p_chat.corrected = 0 then v_charge ->> 'balance_after' end,
      (select trim_scale(a.balance)::text from farthing.accounts a where a.account_id = p_chat.account_id)),
    'hold_id', p_chat.hold_id);
end
$$;
comment on function farthing.chat_answer(farthing.chats, jsonb, jsonb) is
  'The answer of a chat that is closed: what the provider said, and what the ledger says was charged for it; '
  'p_usage is what it was corrected to, where it was. Credits as text.';

create function farthing.chat_owns_key(p_chat farthing.chats)
returns boolean
language sql stable
set search_path = ''
as $$
  select not exists (select from farthing.chats c where c.idempotency_key = p_chat.idempotency_key
    and c.state = 'open' and c.hold_id <> p_chat.hold_id)
$$;
comment on function farthing.chat_owns_key(farthing.chats) is
  'Whether the key of a chat, where it is started, is that of the chat and not of a repeat that runs.';

create function farthing.charge_late_chat(p_chat farthing.chats, p_usage jsonb, p_now timestamptz)
returns boolean
language plpgsql
set search_path = ''
as $$
declare
  v_hold farthing.holds;
  v_account farthing.accounts;
  v_event farthing.priced_usage;
begin
  -- Where a repeat runs, or has run, this is the answer that nobody waits for any more.
  if not farthing.chat_owns_key(p_chat)
    or exists (select from farthing.idempotency_keys
      where key = p_chat.idempotency_key and status is not null)
    or farthing.usage_answer(p_chat.account_id, 'chat', p_chat.hold_id::text) is not null then
    return false;
  end if;
  select * into v_hold from farthing.holds where account_id = p_chat.account_id and hold_id = p_chat.hold_id;
  select * into v_account from farthing.accounts where account_id = p_chat.account_id;
  v_event := farthing.price_usage(jsonb_build_array(p_usage), p_now, v_hold.created_at,
    jsonb_build_object(v_hold.model, v_hold.rate_version));
  if v_event.problem is not null then
    perform farthing.refuse_usage(v_event, 'usage.');
  end if;
  v_event.origin := 'chat';
  v_event.event_id := p_chat.hold_id;
  return (farthing.charge_usage(v_account, array[v_event], p_chat.correlation_id, p_chat.author, null,
    p_now))[1].accepted
    and v_event.credits > 0;
end
$$;
comment on function farthing.charge_late_chat is
  'Charges a chat that was released before its answer came, at the rate it was held at: like any usage, so '
  'from what is available and never into debt. Returns whether it was charged. The account is locked by the '
  'caller.';

create function public.chats_settle(
  p_hold_id uuid, p_usage jsonb, p_answer jsonb, p_log jsonb default null,
  p_idempotency_key text default null, p_output_tokens int default null, p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role owns no table
set search_path = pg_catalog, pg_temp
as $$
declare
  v_chat farthing.chats := farthing.lock_chat(p_hold_id, p_idempotency_key);
  v_is_late boolean := false;
  v_corrected numeric := 0;
  v_usage jsonb := case when p_usage is null then farthing.chat_bound(v_chat, p_output_tokens)
    else farthing.chat_usage(v_chat, farthing.json_argument(p_usage)) end;
  v_kept jsonb;
begin
  if v_chat.answered_at is not null then
    select answer into v_kept from farthing.private_answers
    where key = v_chat.idempotency_key and answer ->> 'hold_id' = p_hold_id::text;
    return jsonb_build_object('status', 200, 'data',
      coalesce(v_kept, farthing.chat_answer(v_chat, farthing.json_argument(p_answer), v_usage)));
  end if;
  perform farthing.release_expired_holds(v_chat.account_id, p_now);
  select * into v_chat from farthing.chats where account_id = v_chat.account_id and hold_id = p_hold_id;
  if v_chat.state = 'open' then
    -- Its answer has been delivered: beyond the overdraft limit it costs what was held for the longest one.
    perform farthing.settle_hold(p_hold_id, 'chat', null, v_usage, v_chat.correlation_id, v_chat.author,
      p_now, jsonb_build_object('model', v_chat.model, 'input_tokens', v_chat.input_tokens,
        'output_tokens', v_chat.max_output_tokens));
  elsif v_chat.state = 'released' then
    v_is_late := farthing.charge_late_chat(v_chat, v_usage, p_now);
  else
    v_corrected := farthing.correct_chat(v_chat, v_usage, p_now);
  end if;
  update farthing.chats
  set answered_at = p_now, state = case when v_is_late then 'settled' else state end, corrected = v_corrected
  where account_id = v_chat.account_id and hold_id = p_hold_id returning * into v_chat;
  v_kept := farthing.chat_answer(v_chat, farthing.json_argument(p_answer), v_usage);
  if farthing.chat_owns_key(v_chat) then
    perform farthing.idempotency_finish_private(p_idempotency_key, 200, v_kept, v_chat.account_id);
  end if;
  perform farthing.write_ai_log((select owner_id from farthing.accounts where account_id = v_chat.account_id),
    p_log, p_now);
  return jsonb_build_object('status', 200, 'data', v_kept);
end
$$;
grant execute on function public.chats_settle to service_role;
comment on function public.chats_settle is
  'Charges a chat once, keeps its answer under its key and its log, together. p_usage null: the provider''s '
  'bill is not known, so it is charged the most that it can be, p_output_tokens having come. Called again it '
  'answers as before; after the sweep, which charged the most, what it was too much is given back. Returns '
  '{status: 200, data: {message, finish_reason, usage, credits, balance_after, hold_id}}. Fails not_found, '
  'invalid_request.';

create function public.chats_release(
  p_hold_id uuid, p_log jsonb default null, p_idempotency_key text default null,
  p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role owns no table
set search_path = pg_catalog, pg_temp
as $$
declare
  v_chat farthing.chats := farthing.lock_chat(p_hold_id, p_idempotency_key);
begin
  if v_chat.answered_at is not null then
    return jsonb_build_object('status', v_chat.state);
  end if;
  perform farthing.release_expired_holds(v_chat.account_id, p_now);
  if exists (select from farthing.holds where account_id = v_chat.account_id and hold_id = p_hold_id
    and status = 'open') then
    perform public.holds_release(p_hold_id, v_chat.correlation_id, p_now => p_now);
  end if;
  delete from farthing.idempotency_keys
  where key = v_chat.idempotency_key and status is null and farthing.chat_owns_key(v_chat);
  update farthing.chats set answered_at = p_now where account_id = v_chat.account_id and hold_id = p_hold_id
  returning * into v_chat;
  perform farthing.write_ai_log((select owner_id from farthing.accounts where account_id = v_chat.account_id),
    p_log, p_now);
  return jsonb_build_object('status', v_chat.state);
end
$$;
grant execute on function public.chats_release to service_role;
comment on function public.chats_release is
  'The provider gave nothing: releases the hold, frees the key, keeps the log. Returns {status: released}, '
  'or settled where the sweep has charged what was streamed. Fails not_found.';
