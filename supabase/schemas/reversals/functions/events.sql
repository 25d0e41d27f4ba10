-- Stripe's events about refunds and early fraud warnings, applied; those about disputes: disputes.sql.
-- Stripe delivers in any order: each kind has ranks, and a state never goes back to a lower one.

create function farthing.find_payment(p_payment_id text)
returns farthing.payment
language plpgsql
set search_path = ''
as $$
declare
  v_payment farthing.payment;
begin
  perform farthing.lock_subject(p_payment_id);
  select account_id, order_id, null::uuid, payment_ref, amount, currency into v_payment
  from farthing.orders where payment_ref = p_payment_id;
  if v_payment.account_id is null then
    select account_id, null::uuid, booking_id, payment_intent_id, amount, currency into v_payment
    from farthing.bookings where payment_intent_id = p_payment_id and paid_at is not null;
  end if;
  -- The order of locks: the account first. Every change of the rows found here waits for it.
  perform from farthing.accounts where account_id = v_payment.account_id for no key update;
  return v_payment;
end
$$;
comment on function farthing.find_payment(text) is
  'The paid order or booking of a payment intent, with its account locked; null if the payment is unknown '
  '(yet).';

create function farthing.net_payment(
  p_payment farthing.payment, p_cause jsonb, p_author text, p_now timestamptz)
returns farthing.clawback
language plpgsql
set search_path = ''
as $$
begin
  if p_payment.order_id is not null then
    return farthing.net_order(p_payment.account_id, p_payment.order_id, p_cause, p_author, p_now);
  end if;
  perform farthing.net_booking(p_payment.booking_id, p_now);
  return row(0, 0)::farthing.clawback; -- a booking is paid in money, not for credits
end
$$;
comment on function farthing.net_payment is
  'Updates an order''s credits, or a booking''s amounts, to the returned part of its payment.';

create function farthing.refund_rank(p_status text)
returns int
language sql immutable
set search_path = ''
as $$
  select case p_status when 'requested' then 1 when 'pending' then 2 when 'requires_action' then 3
    when 'succeeded' then 4 when 'failed' then 5 when 'canceled' then 5 else 3 end
$$;
comment on function farthing.refund_rank(text) is
  'The order of a refund''s states; an unknown one counts as pending.';

create function farthing.note_refund(p_payment farthing.payment, p_facts jsonb, p_now timestamptz)
returns farthing.refunds
language plpgsql
set search_path = ''
as $$
declare
  v_refund farthing.refunds;
begin
  select * into v_refund from farthing.refunds
  where stripe_refund_id = p_facts ->> 'stripe_refund_id'
    or (stripe_refund_id is null and account_id = p_payment.account_id
      and refund_id::text = p_facts ->> 'refund_id'
      -- Users of Stripe's dashboard can write metadata: a refund with other terms is not ours.
      and (order_id, booking_id, amount, currency) is not distinct from (p_payment.order_id,
        p_payment.booking_id, (p_facts ->> 'amount')::bigint, p_facts ->> 'currency'))
  order by stripe_refund_id nulls last limit 1 for update;
  if v_refund.refund_id is null then
    insert into farthing.refunds (account_id, order_id, booking_id, stripe_refund_id, amount, currency,
      status,
      requested_by, nets_share, failure_reason, created_at, updated_at)
    values (p_payment.account_id, p_payment.order_id, p_payment.booking_id, p_facts ->> 'stripe_refund_id',
      (p_facts ->> 'amount')::bigint, p_facts ->> 'currency', p_facts ->> 'status', 'stripe',
      -- A refund in the dashboard leaves the provider their part unless it says otherwise.
      p_payment.booking_id is not null and p_facts ->> 'transfer_reversal' is null,
      p_facts ->> 'failure_reason', p_now, p_now)
    returning * into v_refund;
    return v_refund;
  end if;
  if (v_refund.order_id, v_refund.booking_id, v_refund.amount, v_refund.currency) is distinct from
    (p_payment.order_id, p_payment.booking_id, (p_facts ->> 'amount')::bigint, p_facts ->> 'currency')
  then
    raise exception 'refund % is of another payment or amount', v_refund.refund_id;
  end if;
  if farthing.refund_rank(p_facts ->> 'status') > farthing.refund_rank(v_refund.status)
    or v_refund.stripe_refund_id is null
  then
    update farthing.refunds set status = p_facts ->> 'status', next_attempt_at = null,
      stripe_refund_id = p_facts ->> 'stripe_refund_id', failure_reason = p_facts ->> 'failure_reason',
      updated_at = p_now
    where account_id = v_refund.account_id and refund_id = v_refund.refund_id
    returning * into v_refund;
  end if;
  return v_refund;
end
$$;
comment on function farthing.note_refund is
  'Records a refund, ours or one from Stripe''s dashboard, if the event is newer than the stored state.';

create function farthing.apply_refund_event(p_facts jsonb, p_now timestamptz)
returns text
language plpgsql
set search_path = ''
as $$
declare
  v_payment farthing.payment := farthing.find_payment(p_facts ->> 'payment_id');
  v_refund farthing.refunds;
  v_clawback farthing.clawback;
begin
  if v_payment.account_id is null then
    return 'deferred';
  end if;
  if coalesce(p_facts ->> 'status', 'requested') not in ('pending', 'requires_action', 'succeeded', 'failed',
    'canceled') then
    perform farthing.note_unknown_state('refund', p_facts ->> 'status', p_facts ->> 'stripe_refund_id',
      p_now);
    p_facts := p_facts || jsonb_build_object('status', left(
      coalesce(nullif(p_facts ->> 'status', 'requested'), 'unknown'), 64)); -- requested is our own state
  end if;
  if p_facts ->> 'currency' is distinct from v_payment.currency then
    raise exception 'a payment in % is not refunded in %', v_payment.currency, p_facts ->> 'currency';
  end if;
  v_refund := farthing.note_refund(v_payment, p_facts, p_now);
  v_clawback := farthing.net_payment(v_payment, jsonb_build_object('refund_id', v_refund.refund_id),
    p_facts ->> 'author', p_now);
  update farthing.refunds set
    credits_clawed_back = case when status in ('failed', 'canceled') then 0
      else credits_clawed_back + v_clawback.credits end,
    debt_added = case when status in ('failed', 'canceled') then 0 else debt_added + v_clawback.debt end
  where account_id = v_refund.account_id and refund_id = v_refund.refund_id;
  return 'processed';
end
$$;
comment on function farthing.apply_refund_event is
  'Applies an event of a refund (created, updated, failed), ours or from Stripe''s dashboard: claws '
  'credits back or reinstates them. Deferred until its payment has arrived.';

create function farthing.apply_warning_event(p_facts jsonb, p_now timestamptz)
returns text
language plpgsql
set search_path = ''
as $$
declare
  v_payment farthing.payment := farthing.find_payment(p_facts ->> 'payment_id');
  v_actionable boolean := (p_facts ->> 'actionable')::boolean;
  v_refundable bigint;
begin
  if v_payment.account_id is null then
    return 'deferred';
  end if;
  -- Not actionable: refunded in full or disputed already. That is final.
  insert into farthing.fraud_warnings as w (account_id, warning_id, order_id, booking_id, fraud_type,
    actionable, state, status_at, created_at, updated_at)
  values (v_payment.account_id, p_facts ->> 'warning_id', v_payment.order_id, v_payment.booking_id,
    p_facts ->> 'fraud_type', v_actionable, case when v_actionable then 'open' else 'closed' end,
    (p_facts ->> 'occurred_at')::timestamptz, p_now, p_now)
  on conflict (account_id, warning_id) do update
  set actionable = false, state = case w.state when 'open' then 'closed' else w.state end,
    status_at = excluded.status_at, updated_at = p_now
  where w.actionable and not excluded.actionable;
  perform farthing.net_payment(v_payment, jsonb_build_object('warning_id', p_facts ->> 'warning_id'),
    p_facts ->> 'author', p_now);
  v_refundable := farthing.refundable(v_payment);
  if v_refundable > 0 and exists (select from farthing.policy where early_fraud_warning = 'refund')
    and exists (select from farthing.fraud_warnings where account_id = v_payment.account_id
      and warning_id = p_facts ->> 'warning_id' and state = 'open')
  then
    -- A runner sends it to Stripe: no external call is made inside a transaction.
    insert into farthing.refunds (account_id, order_id, booking_id, amount, currency, reason, requested_by,
      next_attempt_at, created_at, updated_at)
    values (v_payment.account_id, v_payment.order_id, v_payment.booking_id, v_refundable, v_payment.currency,
      'fraudulent', 'early_fraud_warning', p_now, p_now, p_now);
  end if;
  return 'processed';
end
$$;
comment on function farthing.apply_warning_event is
  'Applies an early fraud warning: freezes its order''s credits, and requests a refund at once if the '
  'policy says so. Deferred until its payment has arrived.';

create function farthing.refundable(p_payment farthing.payment)
returns bigint
language plpgsql stable
set search_path = ''
as $$
declare
  v_refunds record;
begin
  select coalesce(sum(amount), 0) as aside,
    coalesce(sum(amount) filter (where farthing.is_live_refund(status)), 0) as made into v_refunds
  from farthing.refunds
  where account_id = p_payment.account_id and status not in ('failed', 'canceled')
    and (order_id = p_payment.order_id or booking_id = p_payment.booking_id);
  -- Money that a bank holds or has withdrawn cannot be refunded, too.
  return (select greatest(0, p_payment.amount - v_refunds.aside - d.disputed)::bigint
    from farthing.disputed_of(p_payment, v_refunds.made) d);
end
$$;
comment on function farthing.refundable(farthing.payment) is
  'The part of a payment that can still be refunded: less refunds, also those in progress, less disputes. '
  'Minor units.';
