-- The refunds that are sent to Stripe, and the end of a refund that can't be sent.

create function farthing.refund_to_send(p_refund farthing.refunds)
returns jsonb
language plpgsql stable
set search_path = ''
as $$
begin
  return jsonb_build_object('refund_id', p_refund.refund_id, 'order_id', p_refund.order_id,
    'booking_id', p_refund.booking_id, 'amount', p_refund.amount, 'currency', p_refund.currency,
    'mark', (select installation_id from farthing.policy),
    'reason', p_refund.reason, 'connected', p_refund.booking_id is not null and not p_refund.nets_share,
    -- The application fee of a small booking can be zero. Stripe refuses to refund a fee that it
    -- never collected.
    'has_fee', not p_refund.nets_share and exists (select from farthing.bookings
      where booking_id = p_refund.booking_id and application_fee_amount > 0),
    'payment_id', case when p_refund.order_id is not null
      then (select payment_ref from farthing.orders
        where account_id = p_refund.account_id and order_id = p_refund.order_id)
      else (select payment_intent_id from farthing.bookings where booking_id = p_refund.booking_id) end);
end
$$;
comment on function farthing.refund_to_send(farthing.refunds) is
  'Returns the values of a refund for Stripe. connected: whether Stripe must also reverse the '
  'provider''s part. has_fee: whether Stripe must also refund the platform''s fee.';

create function farthing.claim_refunds(p_limit int, p_now timestamptz)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  c_most_attempts constant int := 10;
  v_refund farthing.refunds;
  v_claimed jsonb := jsonb_build_array();
begin
  for v_refund in
    select * from farthing.refunds where status = 'requested' and next_attempt_at <= p_now
    order by next_attempt_at limit p_limit for update skip locked
  loop
    -- After 23 hours Stripe may have forgotten the refund's idempotency key, and could make the
    -- refund a second time.
    if v_refund.attempts >= c_most_attempts or v_refund.created_at <= p_now - interval '23 hours' then
      -- Other functions lock the account before the refund, but this function has already locked
      -- the refund. Waiting for the account could deadlock, so a refund whose account is locked is
      -- skipped, and a later call marks it as failed.
      perform from farthing.accounts where account_id = v_refund.account_id for no key update skip locked;
      if found then
        perform farthing.fail_refund(v_refund,
          coalesce(v_refund.failure_reason, 'No answer from Stripe was recorded.'), p_now);
      end if;
      continue;
    end if;
    -- The waits between the attempts are 2, 4, 8 … minutes. Even the shortest one is longer than a
    -- runner needs to send a claimed refund, so no other runner claims the refund meanwhile.
    update farthing.refunds set attempts = attempts + 1,
      next_attempt_at = p_now + interval '2 minutes' * (2 ^ attempts)
    where account_id = v_refund.account_id and refund_id = v_refund.refund_id
    returning * into v_refund;
    v_claimed := v_claimed || farthing.refund_to_send(v_refund);
  end loop;
  return v_claimed;
end
$$;
comment on function farthing.claim_refunds(int, timestamptz) is
  'Claims at most p_limit due refunds that Stripe does not have yet. A claimed refund cannot be '
  'claimed again before its next attempt is due. A refund fails after ten attempts or 23 hours.';

create function farthing.lock_refund(p_refund_id uuid)
returns farthing.refunds
language plpgsql
set search_path = ''
as $$
declare
  v_refund farthing.refunds;
begin
  select * into v_refund from farthing.refunds where refund_id = p_refund_id;
  if v_refund.refund_id is null then
    perform farthing.fail('not_found', 'There is no such refund.', null, 'id');
  end if;
  perform from farthing.accounts where account_id = v_refund.account_id for no key update;
  select * into v_refund from farthing.refunds
  where account_id = v_refund.account_id and refund_id = p_refund_id;
  return v_refund;
end
$$;
comment on function farthing.lock_refund(uuid) is
  'Locks the account of a refund, then returns the refund. Fails with not_found.';

create function farthing.fail_refund(p_refund farthing.refunds, p_error text, p_now timestamptz)
returns farthing.refunds
language plpgsql
set search_path = ''
as $$
declare
  v_refund farthing.refunds;
begin
  update farthing.refunds set status = 'failed', failure_reason = left(p_error, 1000),
    next_attempt_at = null, updated_at = p_now
  where account_id = p_refund.account_id and refund_id = p_refund.refund_id
  returning * into v_refund;
  -- The transfer of the provider's share may have waited for the result of this refund.
  perform farthing.net_transfers(b, p_now) from farthing.bookings b
  where b.account_id = p_refund.account_id and b.booking_id = p_refund.booking_id;
  return v_refund;
end
$$;
comment on function farthing.fail_refund(farthing.refunds, text, timestamptz) is
  'Marks as failed a refund that is no longer sent to Stripe, so that its amount can be refunded '
  'again. The caller has locked the account.';
