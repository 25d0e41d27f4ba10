-- Stripe's events about refunds. Stripe delivers events in any order, so each state has a rank, and a state
-- that Stripe reported never goes back to a lower rank.

create function farthing.refund_rank(p_status text)
returns int
language sql immutable
set search_path = ''
as $$
  select case p_status when 'requested' then 1 when 'pending' then 2 when 'requires_action' then 3
    when 'succeeded' then 4 when 'failed' then 5 when 'canceled' then 5 else 3 end
$$;
comment on function farthing.refund_rank(text) is
  'Returns the rank of a refund''s state. An unknown state ranks as `requires_action`, before '
  '`succeeded`.';

create function farthing.is_live_refund(p_status text)
returns boolean
language sql immutable
set search_path = ''
as $$
  select p_status not in ('requested', 'failed', 'canceled')
$$;
comment on function farthing.is_live_refund(text) is
  'Returns whether the money of a refund is on its way to the buyer or has arrived; true for an unknown '
  'state.';

create function farthing.refunds_guard()
returns trigger
language plpgsql
set search_path = ''
as $$
declare
  v_legal boolean := case old.status
    when 'requested' then true
    when 'succeeded' then new.status in ('failed', 'canceled')
    -- A refund that failed here before Stripe answered may exist at Stripe after all. It then gets
    -- Stripe's state.
    when 'failed' then old.stripe_refund_id is null
    when 'canceled' then false
    else new.status <> 'requested' end;
begin
  if new.status <> old.status and not v_legal then
    raise exception 'A refund cannot go from % to %', old.status, new.status
      using errcode = 'restrict_violation';
  end if;
  return new;
end
$$;
comment on function farthing.refunds_guard() is
  'Trigger: refuses illegal changes of a refund''s state. triggers.sql lists the columns that never '
  'change.';

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
      -- Users of Stripe's dashboard can write any metadata. If the payment, the amount or the
      -- currency differs, this is not the refund that the metadata names.
      and (order_id, booking_id, amount, currency) is not distinct from (p_payment.order_id,
        p_payment.booking_id, (p_facts ->> 'amount')::bigint, p_facts ->> 'currency'))
  order by stripe_refund_id nulls last limit 1 for update;
  if v_refund.refund_id is null then
    insert into farthing.refunds (account_id, order_id, booking_id, stripe_refund_id, amount, currency,
      status,
      requested_by, nets_share, failure_reason, created_at, updated_at)
    values (p_payment.account_id, p_payment.order_id, p_payment.booking_id, p_facts ->> 'stripe_refund_id',
      (p_facts ->> 'amount')::bigint, p_facts ->> 'currency', p_facts ->> 'status', 'stripe',
      -- For a refund from the dashboard, transfer_reversal says whether the refund also reversed
      -- the transfer to the provider. If it did not, we reverse the provider's part.
      p_payment.booking_id is not null and p_facts ->> 'transfer_reversal' is null,
      p_facts ->> 'failure_reason', p_now, p_now)
    returning * into v_refund;
    return v_refund;
  end if;
  if (v_refund.order_id, v_refund.booking_id, v_refund.amount, v_refund.currency) is distinct from
    (p_payment.order_id, p_payment.booking_id, (p_facts ->> 'amount')::bigint, p_facts ->> 'currency')
  then
    raise exception 'the stored refund % has another payment, amount or currency than the event',
      v_refund.refund_id;
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
  'Stores the state of a refund that was requested here or made in Stripe''s dashboard. A state that '
  'Stripe reported never goes back to a lower rank. Raises an exception if the payment, the amount or the '
  'currency differs from the stored refund''s.';

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
      -- `requested` is a state of ours that Stripe does not have
      coalesce(nullif(p_facts ->> 'status', 'requested'), 'unknown'), 64));
  end if;
  if p_facts ->> 'currency' is distinct from v_payment.currency then
    raise exception 'a payment in % cannot be refunded in %', v_payment.currency, p_facts ->> 'currency';
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
  'Applies an event (created, updated or failed) of a refund that was requested here or made in '
  'Stripe''s dashboard: claws back or reinstates credits. Returns `deferred` if the payment has '
  'not arrived yet.';
