-- The RPC functions that endpoints call for chats. Also the views through which users read and set
-- their consent to the storing of AI logs, and read and delete these logs.

create view farthing_public.ai_consent with (security_invoker = true) as
select c.user_id, c.level, c.updated_at from farthing.ai_consents c;
create view farthing_public.ai_logs with (security_invoker = true) as
select l.log_id as id, l.kind, l.model, l.consent, l.prompt, l.response, l.structured, l.usage,
  l.classification, l.duration_ms, l.error_code, l.request_id, l.trace_id, l.created_at, l.expires_at
from farthing.ai_logs l where l.expires_at > now();
comment on view farthing_public.ai_consent is
  'The caller''s own consent to AI logs: none, usage_only or full_redacted. A user without a row '
  'has not consented. An upsert on user_id sets the consent; user_id may be left out.';
comment on view farthing_public.ai_logs is
  'The caller''s own AI logs. The caller may read and delete them.';
grant select, insert, update on farthing_public.ai_consent to authenticated;
grant select, delete on farthing_public.ai_logs to authenticated;

create function farthing_public.chats_begin(
  p_user_id uuid, p_model text, p_input_tokens int, p_max_output_tokens int,
  p_max_input_tokens int default null, p_output_is_counted boolean default false,
  p_correlation_id text default null,
  p_idempotency_key text default null, p_fingerprint text default null,
  p_author text default null, p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
declare
  v_answer jsonb;
  v_chat farthing.chats;
  v_hold farthing.holds;
begin
  if p_idempotency_key is not null then
    perform farthing.close_dead_chat(p_idempotency_key, p_now);
  end if;
  v_answer := farthing.idempotency_find(p_idempotency_key, p_fingerprint, p_now);
  if v_answer is not null then
    return v_answer || '{"step": "replay"}';
  end if;
  perform farthing.require_rate(p_model);
  if coalesce(p_input_tokens, 0) not between 1 and 1000000000 then
    perform farthing.fail('invalid_request', 'messages must have 1 to 1000000000 tokens.', null, 'messages');
  end if;
  if coalesce(p_max_output_tokens, 0) not between 1 and 1000000000 then
    perform farthing.fail('invalid_request', 'max_output_tokens must be between 1 and 1000000000.', null,
      'max_output_tokens');
  end if;
  v_chat.model := p_model;
  v_chat.input_tokens := p_input_tokens;
  v_chat.max_input_tokens := greatest(p_input_tokens, p_max_input_tokens);
  v_chat.max_output_tokens := p_max_output_tokens;
  v_chat.output_is_counted := coalesce(p_output_is_counted, false);
  v_chat.idempotency_key := decode(p_idempotency_key, 'hex');
  v_chat.correlation_id := p_correlation_id;
  v_chat.author := coalesce(p_author, 'sql:' || session_user);
  v_hold := farthing.begin_chat(p_user_id, v_chat, p_now);
  perform farthing.idempotency_start(p_idempotency_key, p_fingerprint, p_now);
  return jsonb_build_object('step', 'call', 'hold_id', v_hold.hold_id, 'held',
    trim_scale(v_hold.amount)::text, 'abandoned_stream_timeout_ms',
    (select (extract(epoch from abandoned_stream_timeout) * 1000)::int from farthing.policy));
end
$$;
grant execute on function farthing_public.chats_begin to service_role;
comment on function farthing_public.chats_begin is
  'Holds, for ten minutes, the most credits that a prompt and its longest answer can cost. '
  'p_input_tokens: our count of the prompt''s tokens. p_max_input_tokens: the most tokens that any '
  'tokenizer can count in the prompt. Returns the next step: "call" with the hold and '
  'abandoned_stream_timeout_ms (how long the endpoint goes on reading a stream whose caller has '
  'disconnected), or "replay" with the stored answer. Fails with insufficient_credits, '
  'spend_cap_reached, unknown_model, not_found, invalid_request, idempotency_in_progress.';

create function farthing_public.chats_record(p_hold_id uuid, p_output_tokens int default null,
  p_now timestamptz default now())
returns jsonb
language sql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
  select jsonb_build_object('status',
    case when farthing.record_heartbeat(p_hold_id, p_output_tokens, p_now) then 'open' else 'closed' end)
$$;
grant execute on function farthing_public.chats_record to service_role;
comment on function farthing_public.chats_record is
  'Records the heartbeat of a chat. p_output_tokens: the output tokens received so far, or null '
  'while the model''s provider has not accepted the request yet. A number also records that the '
  'provider has accepted the request. Returns {status: open | closed}.';

create function farthing_public.chats_settle(
  p_hold_id uuid, p_usage jsonb, p_answer jsonb, p_log jsonb default null,
  p_idempotency_key text default null, p_output_tokens int default null, p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
declare
  v_chat farthing.chats := farthing.lock_chat(p_hold_id, p_idempotency_key);
  v_usage jsonb := case when p_usage is null then farthing.chat_bound(v_chat, p_output_tokens)
    else farthing.chat_usage(v_chat, farthing.json_argument(p_usage)) end;
  v_stored jsonb;
begin
  if v_chat.answered_at is not null then
    select answer into v_stored from farthing.private_answers
    where key = v_chat.idempotency_key and answer ->> 'hold_id' = p_hold_id::text;
    return jsonb_build_object('status', 200, 'data',
      coalesce(v_stored, farthing.chat_answer(v_chat, farthing.json_argument(p_answer), v_usage)));
  end if;
  v_chat := farthing.close_answered_chat(v_chat, v_usage, p_now);
  v_stored := farthing.chat_answer(v_chat, farthing.json_argument(p_answer), v_usage);
  if farthing.chat_owns_key(v_chat) then
    perform farthing.idempotency_finish_private(p_idempotency_key, 200, v_stored, v_chat.account_id);
  end if;
  perform farthing.write_ai_log(farthing.owner_of(v_chat.account_id), p_log, p_now);
  return jsonb_build_object('status', 200, 'data', v_stored);
end
$$;
grant execute on function farthing_public.chats_settle to service_role;
comment on function farthing_public.chats_settle is
  'Charges a chat once, and stores its answer and its log in the same transaction. If p_usage is '
  'null, the usage that the model''s provider counted is unknown, and the charge is the most that '
  'the chat can have cost. p_output_tokens: the output tokens received; needed only to compute '
  'this charge. A repeated call of this function returns the same answer. If the scheduled task '
  'has already charged more than the price of p_usage, the difference is refunded. Returns '
  '{status: 200, data: {message, finish_reason, usage, credits, balance_after, hold_id}}. Fails '
  'with not_found, invalid_request.';

create function farthing_public.chats_release(
  p_hold_id uuid, p_log jsonb default null, p_idempotency_key text default null,
  p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
declare
  v_chat farthing.chats := farthing.lock_chat(p_hold_id, p_idempotency_key);
begin
  if v_chat.answered_at is not null then
    return jsonb_build_object('status', v_chat.state);
  end if;
  perform farthing.release_hold(v_chat.account_id, p_hold_id, v_chat.correlation_id, p_now);
  delete from farthing.idempotency_keys
  where key = v_chat.idempotency_key and status is null and farthing.chat_owns_key(v_chat);
  update farthing.chats set answered_at = p_now where account_id = v_chat.account_id and hold_id = p_hold_id
  returning * into v_chat;
  perform farthing.write_ai_log(farthing.owner_of(v_chat.account_id), p_log, p_now);
  return jsonb_build_object('status', v_chat.state);
end
$$;
grant execute on function farthing_public.chats_release to service_role;
comment on function farthing_public.chats_release is
  'Ends a chat for which the model''s provider returned nothing: releases the hold, frees the '
  'idempotency key and stores the log. Returns {status: released}, or {status: settled} if the '
  'chat was already charged. Fails with not_found.';
