-- Cancelling a booking: unpaid, its payment is cancelled at Stripe; paid, its money is returned.
-- Why a refund is only set down here: Stripe is asked outside any transaction, by this request or by the
-- runner, whichever lives. A payment that is faster than its cancellation is returned by the same means.

create function farthing.refund_booking(
  p_booking farthing.bookings, p_requested_by text, p_send_at timestamptz, p_now timestamptz)
returns farthing.refunds
language plpgsql
set search_path = ''
as $$
declare
  v_payment farthing.payment := row(p_booking.account_id, null, p_booking.booking_id,
    p_booking.payment_intent_id, p_booking.amount, p_booking.currency)::farthing.payment;
  v_refundable bigint := farthing.refundable(v_payment);
  v_refund farthing.refunds;
begin
  if v_refundable > 0 then
    insert into farthing.refunds (account_id, booking_id, amount, currency, reason, requested_by,
      next_attempt_at, created_at, updated_at)
    values (p_booking.account_id, p_booking.booking_id, v_refundable, p_booking.currency,
      'requested_by_customer', p_requested_by, p_send_at, p_now, p_now)
    returning * into v_refund;
  end if;
  return v_refund;
end
$$;
comment on function farthing.refund_booking is
  'Sets down the refund of all that is left of a paid booking; the runner sends it from p_send_at on. Null '
  'where nothing is left. The account is locked by the caller.';

create function farthing.cancel_booking(p_booking farthing.bookings, p_now timestamptz)
returns farthing.bookings
language sql
set search_path = ''
as $$
  update farthing.bookings set status = 'cancelled', cancelled_at = p_now, updated_at = p_now
  where account_id = p_booking.account_id and booking_id = p_booking.booking_id and status <> 'cancelled';
  select * from farthing.bookings
  where account_id = p_booking.account_id and booking_id = p_booking.booking_id;
$$;
comment on function farthing.cancel_booking(farthing.bookings, timestamptz) is
  'Cancels a booking and returns it as it stands; its money is the caller''s to return.';

create function farthing.cancelled_answer(p_booking farthing.bookings)
returns jsonb
language sql stable
set search_path = ''
as $$
  select jsonb_build_object('booking_id', p_booking.booking_id, 'status', p_booking.status,
    'refund', (select jsonb_build_object('refund_id', r.refund_id, 'amount', r.amount,
        'currency', r.currency, 'status', case r.status when 'requested' then 'pending' else r.status end)
      from farthing.refunds r
      where r.account_id = p_booking.account_id and r.booking_id = p_booking.booking_id
      order by r.created_at desc, r.refund_id desc limit 1))
$$;
comment on function farthing.cancelled_answer(farthing.bookings) is
  'A cancelled booking as the contract shows it, with the newest refund of it, if any.';

create function public.bookings_cancel(
  p_user_id uuid, p_booking_id uuid, p_idempotency_key text default null, p_fingerprint text default null,
  p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role owns no table
set search_path = pg_catalog, pg_temp
as $$
declare
  v_answer jsonb := farthing.idempotency_find(p_idempotency_key, p_fingerprint, p_now);
  v_booking farthing.bookings;
  v_refund farthing.refunds;
  v_step jsonb := jsonb_build_object('step', 'done');
begin
  if v_answer is not null then
    return v_answer || '{"step": "replay"}';
  end if;
  v_booking := farthing.lock_booking_of(p_user_id, p_booking_id);
  if v_booking.status = 'completed' then
    perform farthing.fail('booking_not_cancellable', 'A completed booking cannot be cancelled.',
      jsonb_build_object('status', v_booking.status), 'id');
  end if;
  if v_booking.status in ('paid', 'confirmed') then
    if v_booking.amount_disputed > 0 then
      perform farthing.fail('booking_not_cancellable', 'The payment is disputed: the bank decides.',
        jsonb_build_object('status', v_booking.status, 'amount_disputed', v_booking.amount_disputed), 'id');
    end if;
    -- Where the request dies, a runner sends it two minutes later.
    v_refund := farthing.refund_booking(v_booking, case when exists (select from farthing.accounts
        where account_id = v_booking.account_id and owner_id = p_user_id) then 'owner' else 'provider' end,
      p_now + interval '2 minutes', p_now);
    v_booking := farthing.cancel_booking(v_booking, p_now);
    if v_refund.refund_id is not null then
      v_step := jsonb_build_object('step', 'refund', 'refund', farthing.refund_to_send(v_refund));
    end if;
  elsif v_booking.status <> 'cancelled' and v_booking.payment_intent_id is not null then
    v_step := jsonb_build_object('step', 'cancel_payment', 'payment_intent_id', v_booking.payment_intent_id,
      'booking_id', p_booking_id);
  else
    v_booking := farthing.cancel_booking(v_booking, p_now);
  end if;
  if v_step ->> 'step' = 'done' then
    return farthing.idempotency_keep(p_idempotency_key, p_fingerprint, 200,
      farthing.cancelled_answer(v_booking), p_now) || v_step;
  end if;
  perform farthing.idempotency_start(p_idempotency_key, p_fingerprint, p_now);
  return v_step;
end
$$;
grant execute on function public.bookings_cancel to service_role;
comment on function public.bookings_cancel is
  'Cancels for one of the parties. Returns step done with the answer, refund (cancelled, its refund is to be '
  'sent), cancel_payment (still to be cancelled at Stripe), or replay. Fails not_found, '
  'booking_not_cancellable.';

create function public.bookings_cancelled(
  p_booking_id uuid, p_idempotency_key text default null, p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role owns no table
set search_path = pg_catalog, pg_temp
as $$
declare
  v_booking farthing.bookings := farthing.lock_booking(p_booking_id);
  v_data jsonb;
begin
  if v_booking.status = 'completed' then
    perform farthing.fail('booking_not_cancellable', 'A completed booking cannot be cancelled.',
      jsonb_build_object('status', v_booking.status), 'id');
  end if;
  -- Paid while Stripe was asked to cancel: what came is returned.
  if v_booking.status in ('paid', 'confirmed') then
    perform farthing.refund_booking(v_booking, 'late_payment', p_now, p_now);
  end if;
  v_data := farthing.cancelled_answer(farthing.cancel_booking(v_booking, p_now));
  return farthing.idempotency_finish(p_idempotency_key, 200, v_data);
end
$$;
grant execute on function public.bookings_cancelled to service_role;
comment on function public.bookings_cancelled is
  'Stripe has answered: the booking is cancelled, whatever its payment still does, and the idempotency key '
  'finished. Returns {status: 200, replayed, data}.';
