-- The refusals that a customer's next requests would get, with the reasons. This file contains no
-- rules of its own: it calls the functions that the real requests call.

create function farthing.spend_refusal(p_action text, p_account farthing.accounts, p_now timestamptz)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  c_least constant numeric := 1e-18; -- the smallest amount of credits
  v_available numeric := case when p_account.debt > 0 then 0 else farthing.available(p_account, p_now) end;
  -- least() ignores a null: cap_left() returns null for an account without a cap.
  v_above numeric := least(v_available, farthing.cap_left(p_account, p_now));
  v_terms farthing.holds;
  v_error jsonb;
begin
  begin
    if p_action = 'debit' then
      perform farthing.refuse_charge(p_account, v_above + c_least, v_available, p_now);
    else
      v_terms.amount := v_above + c_least;
      perform farthing.open_hold(p_account, v_terms, p_now);
    end if;
  exception when sqlstate 'PGRST' then
    v_error := sqlerrm::jsonb;
  end;
  if v_error is null then
    raise exception 'A % of more than % credits must be refused, but was not.', p_action, v_above;
  end if;
  return jsonb_build_object('action', p_action, 'above', trim_scale(v_above)::text,
    'code', v_error ->> 'code', 'details', (v_error ->> 'details')::jsonb - 'required' || jsonb_build_object(
      'debt', trim_scale(p_account.debt)::text, 'held', trim_scale(p_account.held)::text,
      'frozen', trim_scale(farthing.frozen_credits(p_account.account_id))::text));
end
$$;
comment on function farthing.spend_refusal is
  'Returns the refusal of a debit or a hold. above: the amount above which requests are refused. Chats and '
  'jobs are refused like a hold, because each of them opens a hold.';

create function farthing.frozen_credits(p_account_id bigint)
returns numeric
language sql stable
set search_path = ''
as $$
  select coalesce(sum(l.remaining), 0) from farthing.lots l
  where l.account_id = p_account_id and l.closed_at is null and l.frozen
$$;
comment on function farthing.frozen_credits(bigint) is
  'Returns an account''s credits from payments that are in doubt.';

create function farthing.payment_refusals(
  p_action text, p_feature text, p_account_id bigint, p_user_id uuid, p_now timestamptz)
returns setof jsonb
language plpgsql stable
set search_path = ''
as $$
declare
  v_verdict jsonb := farthing.fraud_verdict(p_account_id, p_action, null, p_now);
begin
  if not farthing.feature_is_on(p_feature, p_user_id) then
    return next jsonb_build_object('action', p_action, 'code', 'feature_disabled',
      'details', jsonb_build_object('feature', p_feature));
  end if;
  if v_verdict ->> 'outcome' <> 'allow' then
    return next jsonb_build_object('action', p_action, 'code', v_verdict ->> 'code',
      'details', jsonb_strip_nulls(v_verdict - 'outcome' - 'code'));
  end if;
end
$$;
comment on function farthing.payment_refusals is
  'Returns the refusals of a checkout, a booking or a top-up in the order of the real checks. Limits by '
  'IP address and by provider are not checked, because both are unknown here.';

create function farthing.top_up_refusals(p_account farthing.accounts, p_user_id uuid, p_now timestamptz)
returns setof jsonb
language plpgsql stable
set search_path = ''
as $$
declare
  v_top_up farthing.top_ups;
  v_state text;
begin
  select * into v_top_up from farthing.top_ups where account_id = p_account.account_id;
  v_state := farthing.top_up_state(v_top_up);
  if v_state in ('off', 'charging') then
    return;
  end if;
  if v_state <> 'on' then
    return next jsonb_build_object('action', 'top_up', 'code', 'top_up_' || v_state,
      'details', jsonb_strip_nulls(jsonb_build_object('paused', v_top_up.paused)));
  end if;
  if v_top_up.next_attempt_at > p_now then
    return next jsonb_build_object('action', 'top_up', 'code', 'top_up_waiting', 'details',
      jsonb_build_object('next_attempt_at', v_top_up.next_attempt_at, 'failures', v_top_up.failures));
  end if;
  if farthing.is_top_up_capped(v_top_up, p_now) then
    return next jsonb_build_object('action', 'top_up', 'code', 'top_up_capped', 'details', jsonb_build_object(
      'monthly_cap', v_top_up.monthly_cap, 'charged_this_month', farthing.top_up_spent(p_account.account_id,
        p_now)));
  end if;
  if farthing.is_in_doubt(p_account.account_id) then
    return next '{"action": "top_up", "code": "top_up_in_doubt", "details": {}}'::jsonb;
  end if;
  return query select farthing.payment_refusals('top_up', 'b2c', p_account.account_id, p_user_id, p_now);
end
$$;
comment on function farthing.top_up_refusals is
  'Returns why an account with too few credits would not be topped up now. Returns nothing for an '
  'account without auto top-up, or with a charge in progress.';

create function farthing.setup_refusals(p_account_id bigint, p_now timestamptz)
returns setof jsonb
language sql stable
set search_path = ''
as $$
  select jsonb_build_object('action', case f.fault when 'other_account' then 'top_up' else 'checkout' end,
    'code', case f.fault when 'tax_not_set_up' then 'not_ready' when 'key_refused' then 'upstream_unavailable'
      else 'top_up_other_account' end,
    'details', jsonb_build_object('fault', f.fault, 'answer', f.detail, 'last_seen_at', f.last_seen_at))
  from (select k.fault, '' as subject from unnest(array['key_refused', 'tax_not_set_up']) k (fault)
    union all
    select 'other_account', c.customer_id from farthing.customers c where c.account_id = p_account_id) k
  join farthing.stripe_faults f using (fault, subject)
  where farthing.stripe_fault_matters(f, p_now - interval '7 days')
$$;
comment on function farthing.setup_refusals(bigint, timestamptz) is
  'Returns the refusals that a wrong setup at Stripe causes: the refusals of all checkouts, and the refusals '
  'of the account''s top-ups.';

create function farthing.refusal_reason(p_refusal jsonb)
returns text
language sql stable
set search_path = ''
as $$
  select case p_refusal ->> 'code'
    when 'not_found' then 'The user was deleted.'
    when 'insufficient_credits' then case when d ->> 'debt' <> '0'
        then format('The account owes %s credits. New credits pay this debt first.', d ->> 'debt')
        else format('Only %s credits are available.', p_refusal ->> 'above') end
      || case when d ->> 'held' <> '0' then format(' %s credits are held.', d ->> 'held') else '' end
      || case when d ->> 'frozen' <> '0' then format(' %s credits are frozen, because their payment is in '
        'doubt.', d ->> 'frozen') else '' end
    when 'spend_cap_reached' then format('The daily spend cap of %s credits leaves %s until %s.', d ->> 'cap',
      p_refusal ->> 'above', d ->> 'resets_at')
    when 'feature_disabled' then format('The feature %s is off for this customer.', d ->> 'feature')
    when 'forbidden' then 'A block applies: ' || farthing.listed_words(d -> 'reasons') || '.'
    when 'velocity_exceeded' then format('A limit is used up for %s more seconds: %s.', d ->> 'retry_after',
      farthing.listed_words(d -> 'reasons'))
    when 'top_up_paused' then format('Auto top-up is paused: %s.', replace(d ->> 'paused', '_', ' '))
    when 'top_up_card_missing' then 'No card is saved.'
    when 'top_up_authentication_required' then 'The bank asks the customer to authenticate a charge.'
    when 'top_up_waiting' then format('The next charge waits until %s.', d ->> 'next_attempt_at')
    when 'top_up_capped' then 'The rest of this month''s cap is below the smallest charge.'
    when 'upstream_unavailable' then 'Stripe refuses STRIPE_SECRET_KEY, so nothing can be paid.'
    when 'not_ready' then 'Stripe Tax is not set up, so Stripe opens no checkout.'
    when 'top_up_other_account' then 'Stripe does not know the customer: STRIPE_SECRET_KEY belongs to '
      'another account or mode.'
    when 'top_up_in_doubt' then 'A payment of the customer is in doubt, so the card is not charged.'
    end
  from (select p_refusal -> 'details' as d) details
$$;
comment on function farthing.refusal_reason(jsonb) is 'Returns the reason of a refusal as a sentence.';

create function farthing.listed_words(p_reasons jsonb)
returns text
language sql immutable
set search_path = ''
as $$
  select string_agg(replace(r, '_', ' '), ', ') from jsonb_array_elements_text(p_reasons) r
$$;
comment on function farthing.listed_words(jsonb) is 'Returns reasons of a fraud decision in words.';

create function farthing.refusals(p_account farthing.accounts, p_user_id uuid, p_now timestamptz)
returns jsonb
language sql
set search_path = ''
as $$
  select coalesce(jsonb_agg(jsonb_build_object('above', null) || r.refusal
    || jsonb_build_object('reason', farthing.refusal_reason(r.refusal)) order by r.nr), '[]')
  from (
    select a.nr * 10 as nr, farthing.spend_refusal(a.action, p_account, p_now) as refusal
    from unnest('{debit,hold}'::text[]) with ordinality a (action, nr)
    union all
    select 30, farthing.spend_refusal('hold', p_account, p_now) || '{"action": "chat"}'
    union all
    select 40, p from farthing.payment_refusals('checkout', 'b2c', p_account.account_id, p_user_id, p_now) p
    union all
    select 50, p from farthing.payment_refusals('booking', 'b2b', p_account.account_id, p_user_id, p_now) p
    union all
    select 60, t from farthing.top_up_refusals(p_account, p_user_id, p_now) t
    union all
    select case s ->> 'action' when 'checkout' then 45 else 65 end, s
    from farthing.setup_refusals(p_account.account_id, p_now) s) r
$$;
comment on function farthing.refusals is
  'Returns the requests that would be refused: [{action, above, code, details, reason}].';

create function farthing.refused_next(p_account_id bigint, p_user_id uuid, p_now timestamptz)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  v_account farthing.accounts;
  v_refusals jsonb;
begin
  if p_user_id is null then
    return (select jsonb_agg(jsonb_build_object('action', a, 'above', null, 'code', 'not_found',
      'details', '{}'::jsonb, 'reason', farthing.refusal_reason('{"code": "not_found"}')) order by nr)
    from unnest('{debit,hold,chat,checkout,booking}'::text[]) with ordinality u (a, nr));
  end if;
  select * into v_account from farthing.accounts where account_id = p_account_id;
  if v_account.account_id is not null and not exists (select from farthing.holds
    where account_id = p_account_id and status = 'open' and expires_at <= p_now) then
    return farthing.refusals(v_account, p_user_id, p_now);
  end if;
  -- A real request would first create the account and release expired holds. This block does the
  -- same, and undoes it by raising an exception, because a read must not change anything.
  begin
    v_refusals := farthing.refusals(farthing.lock_account(p_user_id, p_now), p_user_id, p_now);
    raise sqlstate 'FA001' using message = 'undo';
  exception
    when sqlstate 'FA001' then
      return v_refusals;
    when lock_not_available then
      -- Another transaction has locked the account for longer than a request would wait. The page
      -- then shows the account as it is, instead of an error.
      if v_account.account_id is null then
        raise;
      end if;
      return farthing.refusals(v_account, p_user_id, p_now);
  end;
end
$$;
comment on function farthing.refused_next is
  'Returns which of a customer''s next requests would be refused, and why: [{action, above, code, details, '
  'reason}]. above: the amount above which requests are refused; null if every request is refused.';
