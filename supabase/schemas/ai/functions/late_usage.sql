-- Late usage: usage that the model's provider reports after the scheduled task or the end of the
-- hold has closed the chat. A released chat is then charged late. A chat that was charged too much
-- is corrected.

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
  -- A repeated request may have begun a new chat under the same idempotency key. Then no caller
  -- receives the answer of this chat, so this chat is not charged.
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
  'Charges a chat that was released before its answer arrived. The charge uses the rate of the chat''s '
  'hold, takes only available credits, and never leads to debt. Returns whether credits were charged. The '
  'caller has locked the account.';

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
  -- The account of a deleted user has no lots (docs/reference/rules.md, rule 16), so it gets no
  -- refund.
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
  'If the scheduled task charged more than the price of p_usage, refunds the difference as an '
  'adjustment, and returns the refunded credits. The caller has locked the account, and calls this '
  'function once per chat.';
