-- The provider's share of a booking: what we transfer, what disputes take of it, and give back.
-- Why: the payment is made on our account, so a bank takes the money from us, and the provider keeps theirs.
-- So the provider's share of what was withdrawn is reversed, and transferred again when it is reinstated; a
-- share that waits for the booking to be completed is transferred then. As with credits a target decides, and
-- the difference is set down here; the runner asks Stripe for it.

create table farthing.booking_transfers (
  account_id bigint not null,
  move_id uuid not null default gen_random_uuid(),
  move_nr bigint generated always as identity,
  booking_id uuid not null,
  kind text not null,
  amount bigint not null,
  currency text not null,
  reverses uuid,
  stripe_id text,
  status text not null default 'requested',
  attempts int not null default 0,
  next_attempt_at timestamptz,
  failure_reason text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (account_id, move_id),
  constraint booking_transfers_of_a_booking foreign key (account_id, booking_id)
    references farthing.bookings (account_id, booking_id),
  constraint booking_transfers_of_a_transfer foreign key (account_id, reverses)
    references farthing.booking_transfers (account_id, move_id),
  constraint booking_transfers_kinds check (kind = 'reversal'
    or (kind in ('transfer', 'restoration') and reverses is null)),
  constraint booking_transfers_amount_positive check (amount > 0),
  constraint booking_transfers_attempts_bounded check (attempts between 0 and 10),
  constraint booking_transfers_text_bounded check (length(stripe_id) <= 255 and length(currency) = 3
    and length(failure_reason) <= 1000),
  constraint booking_transfers_states check (
    (status = 'requested' and next_attempt_at is not null and stripe_id is null)
    or (status = 'made' and next_attempt_at is null and stripe_id is not null)
    or (status in ('refused', 'uncertain') and next_attempt_at is null and stripe_id is null))
);
comment on table farthing.booking_transfers is
  'transfer: the share of a booking that waited to be completed, out of its charge. reversal: taken from the '
  'provider, of the payment''s own transfer or of the one that it reverses. restoration: transferred to them '
  'again, out of our balance. amount in minor units, without our fee. uncertain: Stripe was asked for a day, '
  'and nobody knows whether it did it.';
create unique index booking_transfers_by_id on farthing.booking_transfers (move_id);
create index booking_transfers_by_booking on farthing.booking_transfers (account_id, booking_id, move_nr);
create index booking_transfers_to_make on farthing.booking_transfers (next_attempt_at)
  where status = 'requested';
create index booking_transfers_reversed on farthing.booking_transfers (account_id, reverses)
  where reverses is not null;
alter table farthing.booking_transfers enable row level security;
create policy booking_transfers_none on farthing.booking_transfers for select to authenticated using (false);
create trigger booking_transfers_are_never_deleted before delete on farthing.booking_transfers
  for each row execute function farthing.refuse_change();

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
create trigger refunds_say_who_reverses before insert on farthing.refunds
  for each row when (new.booking_id is not null and new.stripe_refund_id is null)
  execute function farthing.note_who_reverses();

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

create function public.transfers_claim(p_limit int default 20, p_now timestamptz default now())
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
      -- One after the other: what is transferred again is there to be reversed.
      and not exists (select from farthing.booking_transfers e where e.account_id = t.account_id
        and e.booking_id = t.booking_id and e.move_nr < t.move_nr and e.status = 'requested')
    order by t.next_attempt_at, t.move_nr limit p_limit for update skip locked
  loop
    -- Later Stripe may have forgotten the key, and would do it a second time. And nobody reverses what may
    -- not be there.
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
grant execute on function public.transfers_claim to service_role;
comment on function public.transfers_claim is
  'Reversals and restorations of providers'' shares that are due, of each booking one after the other; each '
  'is given out once until its next time, and is uncertain after ten attempts or 23 hours. A reversal '
  'without transfer_id is of the charge''s own transfer.';

create function public.transfers_finish(
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
    -- What was not transferred is not to be reversed, nor is what was not reversed to be transferred again.
    -- Stripe has not been asked for any of these: a booking's moves are made one after the other.
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
grant execute on function public.transfers_finish to service_role;
comment on function public.transfers_finish is
  'Notes Stripe''s id of a reversal or a transfer; or that Stripe refused it, which is parked for an '
  'operator; or that no answer came, and it is asked again.';
