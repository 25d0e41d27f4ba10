-- How a hold ends: settled with an amount or with usage, or released.

create function farthing.refuse_overdraft(
  p_account farthing.accounts, p_hold_id uuid, p_charge farthing.charge_result)
returns void
language plpgsql stable
set search_path = ''
as $$
begin
  perform farthing.fail('overdraft_exceeded',
    'More would be owed than the overdraft limit allows, so the hold was not settled. Settle it with less, '
    'or when more credits are available.', jsonb_build_object(
    'required', trim_scale(p_charge.amount)::text, 'available', trim_scale(p_charge.available)::text,
    'overdraft_limit', trim_scale(farthing.overdraft_limit(p_account, p_hold_id))::text));
end
$$;
comment on function farthing.refuse_overdraft is
  'Fails overdraft_exceeded; details say what was required, what of it was available, the hold included, and '
  'how much may be owed.';

create function farthing.settle_charge(
  p_hold farthing.holds, p_account farthing.accounts, p_origin farthing.usage_origin, p_amount text,
  p_usage jsonb, p_correlation_id text, p_author text, p_now timestamptz)
returns farthing.charge_result
language plpgsql
set search_path = ''
as $$
declare
  -- The hold's model where the usage names none.
  v_usage jsonb := jsonb_strip_nulls(jsonb_build_object('model', p_hold.model)) || p_usage;
  v_amount numeric;
  v_event farthing.priced_usage;
begin
  if p_usage is null then
    v_amount := farthing.parse_amount(p_amount, 'amount', true);
    if v_amount = 0 then
      return null;
    end if;
    return (farthing.spend_within_cap(p_account, array[row(v_amount, 'settle', 'hold', p_hold.hold_id,
      p_correlation_id, jsonb_build_object('reason', p_hold.reason), null, p_author)::farthing.charge],
      p_hold.hold_id, p_now))[1];
  end if;
  -- The rate is the one at which the credits were held: a price change in between changes nothing (T10).
  v_event := farthing.price_usage(jsonb_build_array(v_usage), p_now, p_hold.created_at,
    case when p_hold.model is not null then jsonb_build_object(p_hold.model, p_hold.rate_version) end);
  if v_event.problem is not null then
    perform farthing.refuse_usage(v_event, 'usage.');
  end if;
  if v_event.event_id is null then
    v_event.origin := p_origin;
    v_event.event_id := p_hold.hold_id;
  end if;
  if farthing.usage_answer(p_hold.account_id, v_event.origin, v_event.event_id) is not null then
    perform farthing.refuse_other_usage(p_hold.account_id, v_event, 'usage.');
    perform farthing.fail('invalid_request', 'This usage event has been charged already.', null,
      'usage.event_id');
  end if;
  v_event.metadata := v_event.metadata || jsonb_build_object('hold_id', p_hold.hold_id);
  return (farthing.charge_usage(p_account, array[v_event], p_correlation_id, p_author, p_hold.hold_id,
    p_now))[1];
end
$$;
comment on function farthing.settle_charge is
  'Takes what a freed hold is settled with; null when that is nothing. Usage that names no event is an event '
  'of p_origin, named after the hold. Credits.';

create function farthing.settle_hold(
  p_hold_id uuid, p_origin farthing.usage_origin, p_amount text, p_usage jsonb, p_correlation_id text,
  p_author text, p_now timestamptz, p_at_most jsonb default null)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  v_hold farthing.holds := farthing.lock_open_hold(p_hold_id, p_now, p_or_late => true);
  v_account farthing.accounts;
  v_charge farthing.charge_result;
begin
  perform farthing.release_expired_holds(v_hold.account_id, p_now);
  if v_hold.expires_at > p_now then
    perform farthing.free_hold(v_hold.account_id, p_hold_id);
  end if; -- else its expiry has freed it
  select * into v_account from farthing.accounts where account_id = v_hold.account_id;
  v_charge := farthing.settle_charge(v_hold, v_account, p_origin, p_amount, p_usage,
    coalesce(p_correlation_id, farthing.trace_id()), p_author, p_now);
  if not v_charge.accepted and p_at_most is not null then
    v_charge := farthing.settle_charge(v_hold, v_account, p_origin, null, p_at_most,
      coalesce(p_correlation_id, farthing.trace_id()), p_author, p_now);
  end if;
  if not v_charge.accepted then
    perform farthing.refuse_overdraft(v_account, p_hold_id, v_charge);
  end if;
  update farthing.holds
  set status = 'settled', settled = coalesce(v_charge.amount, 0), shortfall = coalesce(v_charge.shortfall, 0),
    resolved_at = coalesce(resolved_at, p_now) -- a late one ended when it expired
  where account_id = v_hold.account_id and hold_id = p_hold_id;
  perform farthing.pay_debt(v_hold.account_id, p_now);
  return jsonb_build_object(
    'hold_id', p_hold_id, 'status', 'settled', 'settled', trim_scale(coalesce(v_charge.amount, 0))::text,
    'released', trim_scale(greatest(v_hold.amount - coalesce(v_charge.amount, 0), 0))::text,
    'shortfall', trim_scale(coalesce(v_charge.shortfall, 0))::text,
    'transaction_id', v_charge.transaction_id, 'lots', coalesce(v_charge.lots, '[]'),
    'balance_after', trim_scale(coalesce(v_charge.balance_after, v_account.balance))::text);
end
$$;
comment on function farthing.settle_hold is
  'Settles a hold with an amount or with usage, which is an event of p_origin unless it names one of the '
  'caller''s. p_at_most is usage to charge instead where that is beyond the overdraft limit. Fails as '
  'farthing_public.holds_settle does.';
