-- Compares each dry run with the change that follows it. A difference raises an exception, which
-- makes the test of the history fail.

create function money_back.compare(p_what text, p_dry_run jsonb, p_real jsonb)
returns void
language plpgsql
as $$
begin
  if p_dry_run is distinct from p_real then
    raise exception 'the dry run says %, but the % did %', p_dry_run, p_what, p_real;
  end if;
end
$$;

create function money_back.grant(p_user_id uuid, p_step jsonb, p_author text, p_now timestamptz)
returns jsonb
language plpgsql
as $$
declare
  v_expires_at timestamptz := p_now + make_interval(secs => (p_step ->> 'expires_in')::int);
  v_dry_run jsonb;
  v_answer jsonb;
begin
  begin
    v_dry_run := farthing_public.grants_preview(p_user_id, p_step ->> 'amount', p_step ->> 'source',
      v_expires_at, (p_step ->> 'priority')::int, p_reference_id => p_step ->> 'once',
      p_once => p_step ? 'once', p_author => p_author, p_now => p_now);
  exception when sqlstate 'PGRST' then
    v_dry_run := jsonb_build_object('refused', sqlerrm::jsonb -> 'code');
  end;
  begin
    v_answer := farthing_public.credits_grant(p_user_id, p_step ->> 'amount', p_step ->> 'source',
      v_expires_at, (p_step ->> 'priority')::int, p_reference_id => p_step ->> 'once',
      p_once => p_step ? 'once', p_author => p_author, p_now => p_now);
  exception when sqlstate 'PGRST' then
    perform money_back.compare('grant', v_dry_run, jsonb_build_object('refused', sqlerrm::jsonb -> 'code'));
    raise;
  end;
  perform money_back.compare('grant', v_dry_run, jsonb_build_object('dry_run', true, 'user_id', p_user_id,
    'amount', v_answer #> '{data,amount}', 'status', 'granted', 'ceiling', null,
    'balance_after', trim_scale(a.balance)::text, 'debt_after', trim_scale(a.debt)::text)
    || case when v_answer #> '{data,duplicate}' = 'true' then '{"duplicate": true}' else '{}' end::jsonb)
  from farthing.accounts a join money_back.buyers b using (account_id) where b.user_id = p_user_id;
  return v_answer;
end
$$;

-- Returns what a refund changes if Stripe's event arrives at once. The effect is rolled back,
-- because the history contains its own events for the refund.
create function money_back.effect_of(p_user_id uuid, p_order text, p_refund_id uuid, p_now timestamptz)
returns jsonb
language plpgsql
as $$
declare
  v_payment_id text := money_back.payment_of(p_user_id, p_order);
  v_refund farthing.refunds := (select r from farthing.refunds r where refund_id = p_refund_id);
  v_heard jsonb;
  v_refundable bigint;
begin
  v_heard := farthing_public.inbox_receive(jsonb_build_object('id', 'evt_' || p_refund_id,
    'type', 'refund.updated', 'livemode', false, 'created', extract(epoch from p_now)::bigint, 'facts',
    jsonb_build_object('payment_id', v_payment_id, 'stripe_refund_id', 're_' || p_refund_id,
      'refund_id', p_refund_id, 'amount', v_refund.amount, 'currency', v_refund.currency,
      'status', 'succeeded', 'failure_reason', null)), p_now);
  v_refund := (select r from farthing.refunds r where refund_id = p_refund_id);
  v_refundable := farthing.refundable(farthing.find_payment(v_payment_id));
  raise exception using errcode = 'UNDO0';
exception when sqlstate 'UNDO0' then
  return jsonb_build_object('dry_run', true, 'order_id', v_refund.order_id, 'booking_id', v_refund.booking_id,
    'amount', v_refund.amount, 'currency', v_refund.currency, 'refundable_after', v_refundable,
    'credits_taken_back', trim_scale(v_refund.credits_clawed_back)::text,
    'debt_added', trim_scale(v_refund.debt_added)::text)
    || case when v_heard = '{"received": true}' then '{}' else v_heard end;
end
$$;

create function money_back.ask_refund(p_user_id uuid, p_booking_id uuid, p_step jsonb, p_now timestamptz)
returns uuid
language plpgsql
as $$
declare
  v_order_id uuid := money_back.id_of(p_user_id, 'order', p_step ->> 'order');
  v_dry_run jsonb;
  v_refund_id uuid;
begin
  begin
    v_dry_run := farthing_public.refunds_preview(v_order_id, p_booking_id, p_step ->> 'amount',
      p_now => p_now);
  exception when sqlstate 'PGRST' then
    v_dry_run := jsonb_build_object('refused', sqlerrm::jsonb -> 'code');
  end;
  begin
    v_refund_id := farthing_public.refunds_begin(v_order_id, p_booking_id, p_step ->> 'amount',
      p_now => p_now) #>> '{refund,refund_id}';
  exception when sqlstate 'PGRST' then
    perform money_back.compare('refund', v_dry_run, jsonb_build_object('refused', sqlerrm::jsonb -> 'code'));
    raise;
  end;
  perform money_back.compare('refund', v_dry_run,
    money_back.effect_of(p_user_id, p_step ->> 'order', v_refund_id, p_now));
  return v_refund_id;
end
$$;
