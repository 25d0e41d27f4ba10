-- The provider's share of a booking: what we transfer, what disputes take of it, and give back.
-- Why: the payment is made on our account, so a bank takes the money from us, and the provider keeps theirs.
-- So the provider's share of what was withdrawn is reversed, and transferred again when it is reinstated; a
-- share that waits for the booking to be completed is transferred then. As with credits a target decides, and
-- the difference is set down here; the runner asks Stripe for it.

-- A refund that we send of a divided payment reverses its part itself, until we have moved the share. From
-- then on, and where the share waits, we reverse what it takes. It is noted as the refund is set down, for
-- it may be sent together with a dispute. Of one that Stripe tells us of, Stripe says what it did:
-- note_refund().
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
  'Trigger: whether the part of the provider''s share that a refund of ours takes is ours to reverse.';

create function farthing.share_paid(p_booking farthing.bookings)
returns bigint
language sql stable
set search_path = ''
as $$
  -- Stripe divides a payment that is divided at once, and what refunds take of it then.
  select case p_booking.transfer_at when 'payment'
    then p_booking.amount - p_booking.application_fee_amount else 0 end
    + coalesce(sum(case kind when 'reversal' then -amount else amount end), 0)::bigint
  from farthing.booking_transfers
  where account_id = p_booking.account_id and booking_id = p_booking.booking_id and status <> 'refused'
$$;
comment on function farthing.share_paid(farthing.bookings) is
  'What of a provider''s share is or is being transferred, less what is reversed. Minor units.';

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
    -- A share that waits, waits for a refund that is only asked for, and for a bank that decides, too.
    and (farthing.is_live_refund(status) or v_waits and status = 'requested');
  v_gone := least(p_booking.amount - v_refunds.apart, v_refunds.ours + (
    select case when v_waits then d.disputed else d.withdrawn end
    from farthing.disputed_of(row(p_booking.account_id, null, p_booking.booking_id,
      p_booking.payment_intent_id, p_booking.amount, p_booking.currency)::farthing.payment,
      v_refunds.apart + v_refunds.ours) d));
  -- Rounded down to what the currency can move; of all of it, all of the share.
  return v_share - div(v_share * greatest(v_gone, 0), p_booking.amount * v_step) * v_step;
end
$$;
comment on function farthing.share_due(farthing.bookings) is
  'What a provider should have of a booking: nothing while their share waits for it to be completed, else '
  'all but as large a part as banks have withdrawn of the payment, and as refunds that we net. A share that '
  'waits is not paid out of what a bank claims, or a refund asks for.';

create function farthing.kind_of_transfer(p_booking farthing.bookings)
returns text
language sql stable
set search_path = ''
as $$
  -- What a bank has had of a charge comes out of our balance, and so does all that is paid again.
  select case when p_booking.transfer_at = 'payment' or exists (select from farthing.booking_transfers
      where account_id = p_booking.account_id and booking_id = p_booking.booking_id and status <> 'refused')
    or exists (select from farthing.disputes d
      join farthing.dispute_movements m using (account_id, dispute_id)
      where d.account_id = p_booking.account_id and d.booking_id = p_booking.booking_id)
    then 'restoration' else 'transfer' end
$$;
comment on function farthing.kind_of_transfer(farthing.bookings) is
  'transfer where the booking''s charge pays it, restoration where our balance does.';

create function farthing.net_transfers(p_booking farthing.bookings, p_now timestamptz)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_need bigint := farthing.share_paid(p_booking) - farthing.share_due(p_booking);
  v_last record;
begin
  -- What is cancelled goes to its buyer, not to the provider again.
  if v_need < 0 and p_booking.status <> 'cancelled' then
    insert into farthing.booking_transfers (account_id, booking_id, kind, amount, currency, next_attempt_at,
      created_at, updated_at)
    values (p_booking.account_id, p_booking.booking_id, farthing.kind_of_transfer(p_booking), -v_need,
      p_booking.currency, p_now, p_now, p_now);
  end if;
  for v_last in
    -- What was transferred last is reversed first, the payment's own transfer last.
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
  'Sets down what is still to be reversed of a provider''s share, or to be transferred. The account is '
  'locked by the caller.';

-- Moves of a provider's share that nobody knows of, or that a person made after Stripe had refused them.
-- Why not by hand: what is uncertain counts as moved, so that nothing is paid twice. Whoever says what
-- happened has the rest brought to it in the same transaction, and stands in the audit with their reason.

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
      'Only an uncertain move can be settled, or a refused one that Stripe has made since.',
      jsonb_build_object('status', v_before.status), 'p_move_id');
  end if;
  if p_stripe_id !~ (case v_before.kind when 'reversal' then '^trr_' else '^tr_' end) then
    perform farthing.fail('invalid_request', 'p_stripe_id must be the id of the transfer (tr_…) or the '
      'reversal (trr_…), or null if Stripe made none.', null, 'p_stripe_id');
  end if;
  if coalesce(p_reason, '') = '' then
    perform farthing.fail('invalid_request', 'p_reason must say how you know what happened.', null,
      'p_reason');
  end if;
  update farthing.booking_transfers set status = case when p_stripe_id is null then 'refused' else 'made' end,
    stripe_id = p_stripe_id, updated_at = p_now
  where account_id = v_before.account_id and move_id = p_move_id
  returning * into v_after;
  if p_stripe_id is null then
    -- What was not transferred was not reversed.
    update farthing.booking_transfers set status = 'refused', next_attempt_at = null, updated_at = p_now
    where account_id = v_before.account_id and reverses = p_move_id and status in ('requested', 'uncertain');
  end if;
  delete from farthing.parked_items where task = 'payment_runner' and item_kind = 'transfer'
    and item_id in (select t.move_id::text from farthing.booking_transfers t
      where t.account_id = v_before.account_id and t.booking_id = v_before.booking_id
        and t.status <> 'uncertain' and p_move_id in (t.move_id, t.reverses));
  insert into farthing.audit (changed_at, author, reason, table_name, row_key, before, after)
  values (p_now, coalesce(p_author, 'sql:' || session_user), p_reason, 'booking_transfers',
    farthing.pick(to_jsonb(v_before), '{account_id, move_id}'),
    farthing.pick(to_jsonb(v_before), '{status, stripe_id}'),
    farthing.pick(to_jsonb(v_after), '{status, stripe_id}'));
  perform farthing.net_transfers(v_booking, p_now);
end
$$;
comment on function farthing.settle_transfer(uuid, text, text, text, timestamptz) is
  'Says what became of a move that is uncertain or was refused: made under this id of Stripe''s, or, where '
  'that is null, not at all. What is due then is set down anew. For operators at an SQL prompt; the audit '
  'has who and why. Fails invalid_request.';
