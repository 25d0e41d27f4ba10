-- Moves are the transfers, reversals and restorations of a provider's share. This file settles two
-- kinds of moves: moves whose result at Stripe is unknown, and moves that Stripe refused, after
-- which a person made them in Stripe's dashboard. An uncertain move counts as made, so that nothing
-- is paid twice. An operator settles a move with this function instead of an UPDATE, because the
-- function also records the moves that become due and audits the operator's reason.

create function farthing.settle_transfer(
  p_move_id uuid, p_stripe_id text, p_reason text, p_author text default null,
  p_now timestamptz default now())
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_booking farthing.bookings := farthing.lock_booking(
    (select booking_id from farthing.booking_transfers where move_id = p_move_id));
  v_before farthing.booking_transfers;
  v_after farthing.booking_transfers;
begin
  select * into v_before from farthing.booking_transfers where move_id = p_move_id for update;
  if v_before.status is null or not (v_before.status = 'uncertain'
      or v_before.status = 'refused' and p_stripe_id is not null) then
    perform farthing.fail('invalid_request',
      'p_move_id must be the id of an uncertain transfer or reversal. A refused one is allowed only if '
      'Stripe has made it after all; then also send p_stripe_id.',
      jsonb_build_object('status', v_before.status), 'p_move_id');
  end if;
  if p_stripe_id !~ (case v_before.kind when 'reversal' then '^trr_' else '^tr_' end) then
    perform farthing.fail('invalid_request', 'p_stripe_id must be Stripe''s id: tr_… for a transfer, '
      'trr_… for a reversal, or null if Stripe made neither.', null, 'p_stripe_id');
  end if;
  if coalesce(p_reason, '') = '' then
    perform farthing.fail('invalid_request',
      'p_reason must not be empty: say how you know what happened at Stripe.', null, 'p_reason');
  end if;
  update farthing.booking_transfers set status = case when p_stripe_id is null then 'refused' else 'made' end,
    stripe_id = p_stripe_id, updated_at = p_now
  where account_id = v_before.account_id and move_id = p_move_id
  returning * into v_after;
  if p_stripe_id is null then
    -- If a transfer was not made, its reversals are not needed.
    update farthing.booking_transfers set status = 'refused', next_attempt_at = null, updated_at = p_now
    where account_id = v_before.account_id and reverses = p_move_id and status in ('requested', 'uncertain');
  end if;
  delete from farthing.parked_items where task = 'payment_runner' and item_kind = 'transfer'
    and item_id in (select t.move_id::text from farthing.booking_transfers t
      where t.account_id = v_before.account_id and t.booking_id = v_before.booking_id
        and t.status <> 'uncertain' and p_move_id in (t.move_id, t.reverses));
  perform farthing.audit_action('booking_transfers',
    farthing.pick(to_jsonb(v_before), '{account_id, move_id}'),
    farthing.pick(to_jsonb(v_before), '{status, stripe_id}'),
    farthing.pick(to_jsonb(v_after), '{status, stripe_id}'), p_author, p_reason, p_now);
  perform farthing.net_transfers(v_booking, p_now);
end
$$;
comment on function farthing.settle_transfer(uuid, text, text, text, timestamptz) is
  'Settles a move that is uncertain or was refused. p_stripe_id: Stripe''s id of the move, or '
  'null if Stripe did not make the move. Records the moves that become due, and audits author and '
  'reason. For operators at an SQL prompt. Fails with invalid_request.';
