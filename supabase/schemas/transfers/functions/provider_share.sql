-- The provider's share of a booking: its transfer, its reversal after a dispute, and its
-- restoration. The payment is made on our account, so a bank takes disputed money from us while the
-- provider still has their share. We therefore reverse the provider's part of the withdrawn money,
-- and transfer that part again if the bank reinstates the money. A share that waits for the
-- booking's completion is transferred at the completion. net_transfers() compares the share that
-- the provider should have with the share that they have, and records the difference; the runner
-- sends the difference to Stripe.

-- Stripe reverses the provider's part of a refund that we request, if Stripe itself divided the
-- payment and we have not moved the share since then. In all other cases we reverse that part. The
-- trigger stores in the refund's row who reverses the part, because a dispute may arrive while the
-- refund is being sent. For a refund from the dashboard, Stripe's event reports whether Stripe
-- reversed the part: note_refund().
create function farthing.note_who_reverses()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  new.nets_share := exists (select from farthing.bookings b
    where b.account_id = new.account_id and b.booking_id = new.booking_id and (b.transfer_at = 'completed'
      or exists (select from farthing.booking_transfers t
        where t.account_id = b.account_id and t.booking_id = b.booking_id)));
  return new;
end
$$;
comment on function farthing.note_who_reverses() is
  'Trigger: stores whether we, and not Stripe, reverse the provider''s part of a refund that was '
  'requested here.';

create function farthing.share_paid(p_booking farthing.bookings)
returns bigint
language sql stable
set search_path = ''
as $$
  -- With transfer_at `payment`, Stripe itself divides the payment and its refunds.
  select case p_booking.transfer_at when 'payment'
    then p_booking.amount - p_booking.application_fee_amount else 0 end
    + coalesce(sum(case kind when 'reversal' then -amount else amount end), 0)::bigint
  from farthing.booking_transfers
  where account_id = p_booking.account_id and booking_id = p_booking.booking_id and status <> 'refused'
$$;
comment on function farthing.share_paid(farthing.bookings) is
  'Returns the part of a provider''s share that was transferred or is being transferred, less '
  'reversals, in minor units.';

create function farthing.share_due(p_booking farthing.bookings)
returns bigint
language plpgsql stable
set search_path = ''
as $$
declare
  v_waits boolean := p_booking.transfer_at = 'completed';
  v_share bigint := p_booking.amount - p_booking.application_fee_amount;
  v_step int := farthing.currency_step(p_booking.currency);
  v_refunds record;
  v_gone numeric;
begin
  if v_waits and p_booking.status <> 'completed' then
    return 0;
  end if;
  select coalesce(sum(amount) filter (where not nets_share), 0) as apart,
    coalesce(sum(amount) filter (where nets_share), 0) as ours into v_refunds
  from farthing.refunds where account_id = p_booking.account_id and booking_id = p_booking.booking_id
    -- A share that waited for the completion is reduced at once by requested refunds and by money
    -- that a bank claims, even before the refunds and the claims are final.
    and (farthing.is_live_refund(status) or v_waits and status = 'requested');
  v_gone := least(p_booking.amount - v_refunds.apart, v_refunds.ours + (
    select case when v_waits then d.disputed else d.withdrawn end
    from farthing.disputed_of(row(p_booking.account_id, null, p_booking.booking_id,
      p_booking.payment_intent_id, p_booking.amount, p_booking.currency)::farthing.payment,
      v_refunds.apart + v_refunds.ours) d));
  -- The reversed part is rounded down to a multiple of currency_step(). If the whole amount goes
  -- back, the whole share is reversed.
  return v_share - div(v_share * greatest(v_gone, 0), p_booking.amount * v_step) * v_step;
end
$$;
comment on function farthing.share_due(farthing.bookings) is
  'Returns the part of a booking that the provider should have, in minor units. It is 0 while '
  'their share waits for the booking''s completion. Otherwise it is their share, less their part '
  'of the money that banks withdrew, less their part of the refunds for which we, and not Stripe, '
  'reverse that part. If the share waited for the completion, money that banks only claim and '
  'refunds that are only requested are deducted, too.';

create function farthing.kind_of_transfer(p_booking farthing.bookings)
returns text
language sql stable
set search_path = ''
as $$
  -- The booking's charge pays only the first transfer of a share that waited for the completion.
  -- Our balance pays all other transfers. It also pays each transfer after a bank has withdrawn the
  -- money of the charge, because the bank takes that money from our balance.
  select case when p_booking.transfer_at = 'payment' or exists (select from farthing.booking_transfers
      where account_id = p_booking.account_id and booking_id = p_booking.booking_id and status <> 'refused')
    or exists (select from farthing.disputes d
      join farthing.dispute_movements m using (account_id, dispute_id)
      where d.account_id = p_booking.account_id and d.booking_id = p_booking.booking_id)
    then 'restoration' else 'transfer' end
$$;
comment on function farthing.kind_of_transfer(farthing.bookings) is
  'Returns `transfer` if the booking''s charge pays the transfer, and `restoration` if our balance pays '
  'it.';

create function farthing.net_transfers(p_booking farthing.bookings, p_now timestamptz)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_need bigint := farthing.share_paid(p_booking) - farthing.share_due(p_booking);
  v_last record;
begin
  -- The money of a cancelled booking goes to its buyer, so a share that was reversed is not
  -- transferred to the provider again.
  if v_need < 0 and p_booking.status <> 'cancelled' then
    insert into farthing.booking_transfers (account_id, booking_id, kind, amount, currency, next_attempt_at,
      created_at, updated_at)
    values (p_booking.account_id, p_booking.booking_id, farthing.kind_of_transfer(p_booking), -v_need,
      p_booking.currency, p_now, p_now, p_now);
  end if;
  for v_last in
    -- The newest transfer is reversed first. The transfer that Stripe made with the payment is
    -- reversed last.
    select r.move_nr, r.move_id, r.amount - coalesce(sum(u.amount), 0) as left
    from farthing.booking_transfers r
    left join farthing.booking_transfers u on u.account_id = r.account_id and u.reverses = r.move_id
      and u.status <> 'refused'
    where r.account_id = p_booking.account_id and r.booking_id = p_booking.booking_id
      and r.kind <> 'reversal' and r.status <> 'refused'
    group by r.account_id, r.move_id having r.amount > coalesce(sum(u.amount), 0)
    union all select 0, null, 9223372036854775807 where p_booking.transfer_at = 'payment'
    order by 1 desc
  loop
    exit when v_need <= 0;
    insert into farthing.booking_transfers (account_id, booking_id, kind, amount, currency, reverses,
      next_attempt_at, created_at, updated_at)
    values (p_booking.account_id, p_booking.booking_id, 'reversal', least(v_need, v_last.left),
      p_booking.currency, v_last.move_id, p_now, p_now, p_now);
    v_need := v_need - least(v_need, v_last.left);
  end loop;
end
$$;
comment on function farthing.net_transfers(farthing.bookings, timestamptz) is
  'Records the transfers and reversals that bring the provider''s share to the due amount. The caller '
  'has locked the account.';

