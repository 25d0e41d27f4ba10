-- The answer of a closed chat, and what the chat has cost.

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
  'Returns the answer of a closed chat: the message of the model''s provider, the usage and the '
  'charge. p_usage replaces the charged usage if the charge was corrected. Credits are text.';

create function farthing.chat_charge(p_hold farthing.holds, p_now timestamptz)
returns jsonb
language sql stable
set search_path = ''
as $$
  -- After the scheduled task or the end of the hold has closed a chat, the chat's own request may
  -- still charge the chat or correct the charge. The request reads from the model's provider for at
  -- most 130 seconds, and then tries for at most 45 seconds to end the chat: 175 seconds in all. So
  -- the charge is final 200 seconds after the chat began, with a margin of 25 seconds.
  select jsonb_build_object(
    'credits', trim_scale(coalesce(
      (farthing.usage_answer(c.account_id, 'chat', c.hold_id::text) ->> 'credits')::numeric,
      p_hold.settled, 0) - c.corrected)::text,
    'is_final', c.answered_at is not null or c.created_at <= p_now - interval '200 seconds')
  from farthing.chats c
  where c.account_id = p_hold.account_id and c.hold_id = p_hold.hold_id and p_hold.status <> 'open'
$$;
comment on function farthing.chat_charge(farthing.holds, timestamptz) is
  'For an ended hold, returns the cost of its chat as {credits, is_final}. Returns null for an '
  'open hold and for a hold without a chat. credits includes late charges and corrections. '
  'is_final is false while the chat''s own request may still change the charge. Credits are text.';
