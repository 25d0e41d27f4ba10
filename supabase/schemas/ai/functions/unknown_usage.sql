-- The charge of a chat whose usage is unknown: the most that the chat can have used. The chat's
-- hold covers this charge. For a stream that breaks off, the charge includes the policy's
-- stream_in_flight_tokens (policy/tables.sql). A smaller charge would make it cheap to leave a
-- stream before its end. If the usage that the model's provider counted becomes known later and
-- costs less, the difference is refunded (late_usage.sql).

create function farthing.dearest_usage(
  p_model text, p_input_tokens int, p_output_tokens int, p_now timestamptz, p_pinned jsonb default null)
returns jsonb
language sql stable
set search_path = ''
as $$
  select g.usage
  from unnest(array['output_tokens', 'reasoning_tokens']) with ordinality k (kind, nr)
  cross join lateral (select jsonb_build_object('model', p_model, 'input_tokens', p_input_tokens, k.kind,
    p_output_tokens) as usage) g
  cross join lateral farthing.price_usage(jsonb_build_array(g.usage), p_now, null, p_pinned) p
  order by p.credits desc nulls last, k.nr limit 1
$$;
comment on function farthing.dearest_usage is
  'Returns the most expensive usage that these token counts allow: all output may be reasoning, '
  'which has its own rate. p_pinned: the version of the rate to apply, as {model: version}.';

create function farthing.chat_bound(p_chat farthing.chats, p_output_tokens int default null)
returns jsonb
language sql stable
set search_path = ''
as $$
  select farthing.dearest_usage(p_chat.model, p_chat.max_input_tokens,
    case when p_chat.output_is_counted then least(p_chat.max_output_tokens,
      greatest(p_chat.streamed_tokens, p_output_tokens) + p.stream_in_flight_tokens)
    else p_chat.max_output_tokens end, h.created_at, jsonb_build_object(h.model, h.rate_version))
  from farthing.policy p, farthing.holds h
  where h.account_id = p_chat.account_id and h.hold_id = p_chat.hold_id
$$;
comment on function farthing.chat_bound(farthing.chats, int) is
  'Returns the most expensive usage that a chat can have had. The chat''s hold covers the price of '
  'this usage. p_output_tokens: the output tokens received, if the caller knows of more than the '
  'chat has recorded.';
