-- The settlement of a hold by a back end, a chat or a job. The caller gives a list of bills. The
-- first bill is charged. If the overdraft limit refuses a part of a bill, the accepted part stays
-- charged, and the next bill is charged as a fallback. Usage in a bill is priced when the bill is
-- charged. An expired hold may still be settled within the policy's late_settle_within
-- (policy/tables.sql).

create function farthing.may_settle_late(p_hold farthing.holds, p_now timestamptz)
returns boolean
language plpgsql stable
set search_path = ''
as $$
begin
  -- Only an expiry sets resolved_at to expires_at; a hold that was released by a request has an
  -- earlier resolved_at. Chats and jobs have their own rules for late settlements.
  return (p_hold.status = 'open' or p_hold.status = 'released' and p_hold.resolved_at = p_hold.expires_at)
    and p_now < p_hold.expires_at + (select late_settle_within from farthing.policy)
    and exists (select from farthing.accounts
      where account_id = p_hold.account_id and left_at is null)
    and not exists (select from farthing.chats
      where account_id = p_hold.account_id and hold_id = p_hold.hold_id)
    and not exists (select from farthing.jobs
      where account_id = p_hold.account_id and hold_id = p_hold.hold_id);
end
$$;
comment on function farthing.may_settle_late is
  'Rule 7: returns whether a hold that ended only by its expiry may still be settled.';

create function farthing.charge_bill(
  p_account farthing.accounts, p_hold farthing.holds, p_bill farthing.bill, p_now timestamptz)
returns farthing.charge_result[]
language plpgsql
set search_path = ''
as $$
declare
  -- If the usage has no model, the hold's model applies.
  v_usage jsonb := jsonb_strip_nulls(jsonb_build_object('model', p_hold.model)) || p_bill.usage;
  v_event farthing.priced_usage;
begin
  if v_usage is not null then
    -- The hold pins the rate: a later price change does not change the charge (trap T10,
    -- docs/reference/traps.md).
    v_event := farthing.price_usage(jsonb_build_array(v_usage), p_now, p_hold.created_at,
      case when p_hold.model is not null then jsonb_build_object(p_hold.model, p_hold.rate_version) end);
    if v_event.problem is not null then
      perform farthing.refuse_usage(v_event, 'usage.');
    end if;
    if v_event.event_id is null then
      v_event.origin := p_bill.origin;
      v_event.event_id := p_hold.hold_id;
    end if;
    if farthing.usage_answer(p_hold.account_id, v_event.origin, v_event.event_id) is not null then
      perform farthing.refuse_other_usage(p_hold.account_id, v_event, 'usage.');
      perform farthing.fail('invalid_request', 'This usage event was already charged. Send a new event_id.',
        null, 'usage.event_id');
    end if;
    v_event.metadata := v_event.metadata || jsonb_build_object('hold_id', p_hold.hold_id);
    p_bill.events := array[v_event];
  end if;
  if p_bill.events is not null then
    return farthing.charge_usage(p_account, p_bill.events, p_bill.correlation_id, p_bill.author,
      p_hold.hold_id, p_now);
  elsif p_bill.amount > 0 then
    return farthing.spend_within_cap(p_account, array[row(p_bill.amount, 'settle', 'hold', p_hold.hold_id,
      p_bill.correlation_id, p_bill.facts, null, p_bill.author)::farthing.charge], p_hold.hold_id, p_now);
  end if;
  return array[]::farthing.charge_result[];
end
$$;
comment on function farthing.charge_bill is
  'Charges a bill of a hold whose credits are already freed; returns one result for each charge. '
  'Usage without an event_id becomes an event with the bill''s origin and the hold''s id. Fails '
  'with unknown_model, usage_conflict, invalid_request.';

create function farthing.settle(
  p_hold farthing.holds, p_bills farthing.bill[], p_now timestamptz, p_keeps_rest boolean default false)
returns farthing.settlement
language plpgsql
set search_path = ''
as $$
declare
  v_account farthing.accounts;
  v_bill farthing.bill;
  v_bills int := 0;
  v_result farthing.charge_result;
  v_refused farthing.charge_result;
  v_charge farthing.charge_result; -- the last accepted charge
  v_first_seq bigint; v_settled numeric := 0; v_shortfall numeric := 0; v_rest numeric;
  v_next farthing.holds;
begin
  if p_hold.expires_at > p_now then
    perform farthing.free_hold(p_hold.account_id, p_hold.hold_id);
  end if; -- an expired hold is already freed
  foreach v_bill in array p_bills loop
    v_bills := v_bills + 1;
    v_refused := null;
    v_bill.amount := coalesce(v_bill.amount, p_hold.amount - v_settled);
    select * into v_account from farthing.accounts where account_id = p_hold.account_id;
    foreach v_result in array farthing.charge_bill(v_account, p_hold, v_bill, p_now) loop
      if not v_result.accepted then
        v_refused := v_result;
      elsif v_result.amount > 0 then
        v_charge := v_result;
        v_first_seq := coalesce(v_first_seq, v_charge.first_seq);
        v_settled := v_settled + v_charge.amount;
        v_shortfall := v_shortfall + v_charge.shortfall;
      end if;
    end loop;
    exit when v_refused.accepted is null;
  end loop;
  if not v_refused.accepted then
    perform farthing.refuse_overdraft(v_account, p_hold.hold_id, v_refused);
  end if;
  update farthing.holds set status = 'settled', settled = v_settled, shortfall = v_shortfall,
    resolved_at = coalesce(resolved_at, p_now) -- a late settlement keeps the moment of the expiry
  where account_id = p_hold.account_id and hold_id = p_hold.hold_id;
  v_rest := greatest(p_hold.amount - v_settled, 0);
  if not p_keeps_rest then
    if v_account.debt > 0 then -- after a shortfall no credits are left to pay with
      perform farthing.pay_debt(p_hold.account_id, p_now);
    end if;
  elsif v_rest > 0 then
    insert into farthing.holds (account_id, amount, model, rate_version, reason, correlation_id, author,
      expires_at, created_at)
    values (p_hold.account_id, v_rest, p_hold.model, p_hold.rate_version, p_hold.reason,
      p_hold.correlation_id, p_hold.author, p_hold.expires_at, p_now)
    returning * into v_next;
    perform farthing.reserve(v_next, p_now, p_hold.hold_id);
  end if;
  return row(v_settled, v_shortfall, v_rest, v_first_seq, v_charge, coalesce(v_charge.balance_after,
    v_account.balance), v_bills > 1, v_next.hold_id)::farthing.settlement;
end
$$;
comment on function farthing.settle is
  'Rule 7: settles a hold with the first of p_bills that the overdraft limit allows. The rest of '
  'the hold is released and pays debt. With p_keeps_rest, a new hold reserves the rest instead, '
  'also in lots of the old hold that have expired or are frozen (reserve). The caller has locked '
  'the account and released its expired holds. Fails with overdraft_exceeded, unknown_model, '
  'usage_conflict, invalid_request.';
