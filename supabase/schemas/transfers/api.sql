-- Due transfers of providers' shares, and Stripe's answers.

create function farthing_public.transfers_claim(p_limit int default 20, p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role owns no table
set search_path = pg_catalog, pg_temp
as $$
declare
  c_most_attempts constant int := 10;
  v_move farthing.booking_transfers;
  v_claimed jsonb := jsonb_build_array();
begin
  for v_move in
    select * from farthing.booking_transfers t where t.status = 'requested' and t.next_attempt_at <= p_now
      -- One after the other: a reversal finds the share that was transferred again.
      and not exists (select from farthing.booking_transfers e where e.account_id = t.account_id
        and e.booking_id = t.booking_id and e.move_nr < t.move_nr and e.status = 'requested')
    order by t.next_attempt_at, t.move_nr limit p_limit for update skip locked
  loop
    -- After that Stripe may have forgotten the key, and would do it a second time. An uncertain transfer is
    -- not reversed either.
    if v_move.attempts >= c_most_attempts or v_move.created_at <= p_now - interval '23 hours'
      or exists (select from farthing.booking_transfers r where r.account_id = v_move.account_id
        and r.move_id = v_move.reverses and r.status <> 'made')
    then
      update farthing.booking_transfers set status = 'uncertain', next_attempt_at = null, updated_at = p_now
      where account_id = v_move.account_id and move_id = v_move.move_id;
      perform farthing.park_item('payment_runner', 'transfer', v_move.move_id::text, 'uncertain', p_now);
      continue;
    end if;
    update farthing.booking_transfers set attempts = attempts + 1,
      next_attempt_at = p_now + interval '2 minutes' * (2 ^ attempts)
    where account_id = v_move.account_id and move_id = v_move.move_id;
    v_claimed := v_claimed || (select jsonb_build_object('move_id', v_move.move_id, 'kind', v_move.kind,
        'booking_id', b.booking_id, 'amount', v_move.amount, 'currency', v_move.currency,
        'charge_id', b.charge_id, 'stripe_account_id', p.stripe_account_id,
        'transfer_id', (select r.stripe_id from farthing.booking_transfers r
          where r.account_id = v_move.account_id and r.move_id = v_move.reverses))
      from farthing.bookings b join farthing.providers p using (provider_id)
      where b.account_id = v_move.account_id and b.booking_id = v_move.booking_id);
  end loop;
  return v_claimed;
end
$$;
grant execute on function farthing_public.transfers_claim to service_role;
comment on function farthing_public.transfers_claim is
  'Due reversals and restorations of providers'' shares, one at a time for each booking; each is claimed '
  'once until its next attempt, and is uncertain after ten attempts or 23 hours. A reversal without '
  'transfer_id reverses the charge''s own transfer.';

create function farthing_public.transfers_finish(
  p_move_id uuid, p_stripe_id text default null, p_error text default null, p_refused boolean default false,
  p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role owns no table
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
    -- A share that was not transferred needs no reversal, and one that was not reversed no restoration.
    -- Stripe has not been asked for any of these, since a booking's moves are made one after the other.
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
  'Stores Stripe''s id of a reversal or a transfer; or its refusal, which waits for an operator; or that '
  'no answer came, after which Stripe is asked again.';
