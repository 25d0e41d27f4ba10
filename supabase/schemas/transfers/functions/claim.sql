-- The runner's claim of due moves: transfers, reversals and restorations of a provider's share.

create function farthing.claim_transfers(p_limit int, p_now timestamptz)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  c_most_attempts constant int := 10;
  v_move farthing.booking_transfers;
  v_claimed jsonb := jsonb_build_array();
begin
  for v_move in
    select * from farthing.booking_transfers t where t.status = 'requested' and t.next_attempt_at <= p_now
      -- A booking's moves are sent one after the other, because a reversal needs the share that an
      -- earlier move transferred.
      and not exists (select from farthing.booking_transfers e where e.account_id = t.account_id
        and e.booking_id = t.booking_id and e.move_nr < t.move_nr and e.status = 'requested')
    order by t.next_attempt_at, t.move_nr limit p_limit for update skip locked
  loop
    -- Stripe may forget an idempotency key after 24 hours and would then repeat the move, so no
    -- attempt is made after 23 hours. If the result of a transfer is unknown, its reversal is
    -- uncertain, too.
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
comment on function farthing.claim_transfers(int, timestamptz) is
  'Claims due moves, at most one per booking and p_limit in all. A claimed move cannot be claimed '
  'again before its next attempt is due. A move becomes uncertain after ten attempts or 23 hours, '
  'and waits for an operator.';
