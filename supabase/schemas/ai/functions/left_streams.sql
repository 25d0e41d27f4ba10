-- The charge of a stream whose usage is unknown: the most that it can be, which its hold covers. Why the
-- most: otherwise leaving a stream, a dying isolate and a provider that breaks off would be the cheapest
-- ways to use a model. The excess is refunded when the usage becomes known after all.

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
  'The most expensive usage of so many tokens: a model may have spent its output on reasoning, which has a '
  'rate of its own. p_pinned is {model: rate version}.';

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
  'The most that a chat can have used, never more than its hold. p_output_tokens: the output received, if '
  'more than was recorded.';

create function farthing.correct_chat(p_chat farthing.chats, p_usage jsonb, p_now timestamptz)
returns numeric
language plpgsql
set search_path = ''
as $$
declare
  v_hold farthing.holds;
  v_usage farthing.priced_usage;
  v_charged numeric;
begin
  select sum(e.amount) into v_charged
  from farthing.usage_events u
  join farthing.entries e on e.account_id = u.account_id and e.seq between u.first_seq and u.last_seq
  where u.account_id = p_chat.account_id and u.origin = 'chat' and u.event_id = p_chat.hold_id::text;
  select * into v_hold from farthing.holds where account_id = p_chat.account_id and hold_id = p_chat.hold_id;
  v_usage := farthing.price_usage(jsonb_build_array(p_usage), p_now, v_hold.created_at,
    jsonb_build_object(v_hold.model, v_hold.rate_version));
  -- The account of a deleted user has no lots (rule 16).
  if v_charged is null or v_usage.problem is not null or v_usage.credits >= v_charged
    or exists (select from farthing.accounts
      where account_id = p_chat.account_id and left_at is not null) then
    return 0;
  end if;
  perform farthing.receive(p_chat.account_id, 'adjustment', v_charged - v_usage.credits, 'adjustment',
    'adjustments', null, 'chat_correction', p_chat.hold_id::text, p_chat.correlation_id,
    v_usage.metadata || jsonb_build_object('hold_id', p_chat.hold_id), p_chat.author, p_now);
  return v_charged - v_usage.credits;
end
$$;
comment on function farthing.correct_chat is
  'Refunds, as an adjustment, the part that the scheduled task charged above a usage learned later; '
  'returns it. The caller has locked the account, and calls this once per chat.';
