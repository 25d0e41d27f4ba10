-- The runner claims transfers and reversals of providers' shares, and reports Stripe's answers.

create function farthing_public.transfers_claim(p_limit int, p_now timestamptz default now())
returns jsonb
language sql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
  select farthing.claim_transfers(p_limit, p_now)
$$;
grant execute on function farthing_public.transfers_claim to service_role;
comment on function farthing_public.transfers_claim is
  'Claims due moves (transfers, reversals and restorations of providers'' shares), at most one per '
  'booking. A claimed move cannot be claimed again before its next attempt is due. A move becomes '
  'uncertain after ten attempts or 23 hours. A reversal without transfer_id reverses the transfer '
  'that Stripe made with the charge.';

create function farthing_public.transfers_finish(
  p_move_id uuid, p_stripe_id text default null, p_error text default null, p_refused boolean default false,
  p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
declare
  v_booking farthing.bookings := farthing.lock_booking(
    (select booking_id from farthing.booking_transfers where move_id = p_move_id));
  v_kind text;
begin
  update farthing.booking_transfers
  set status = case when p_stripe_id is not null then 'made' when p_refused then 'refused' else status end,
    stripe_id = p_stripe_id, failure_reason = left(p_error, 1000), updated_at = p_now,
    next_attempt_at = case when p_stripe_id is null and not p_refused then next_attempt_at end
  where move_id = p_move_id and status = 'requested' returning kind into v_kind;
  if found and p_refused then
    perform farthing.park_item('payment_runner', 'transfer', p_move_id::text, 'refused', p_now);
    -- A refused transfer makes its reversals unnecessary, and a refused reversal makes its
    -- restorations unnecessary. None of these later moves has been sent to Stripe yet, because the
    -- moves of a booking are sent one after the other.
    update farthing.booking_transfers set status = 'refused', next_attempt_at = null, updated_at = p_now
    where account_id = v_booking.account_id and booking_id = v_booking.booking_id and status = 'requested'
      and (reverses = p_move_id or v_kind = 'reversal' and kind <> 'reversal');
    if v_kind = 'reversal' and farthing.share_paid(v_booking) < farthing.share_due(v_booking) then
      perform farthing.net_transfers(v_booking, p_now);
    end if;
  end if;
  return '{}'::jsonb;
end
$$;
grant execute on function farthing_public.transfers_finish to service_role;
comment on function farthing_public.transfers_finish is
  'Stores the result of a move (a transfer, a reversal or a restoration). If Stripe made the move, '
  'stores Stripe''s id. If Stripe refused the move, it waits for an operator. If Stripe did not '
  'answer, the move is sent again.';
