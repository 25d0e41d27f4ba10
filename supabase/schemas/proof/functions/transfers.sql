-- The proof of bookings' transfers (rule 10), from the rows of bookings, transfers and refunds. If
-- the money of a booking is disputed or withdrawn, the share that is due is not checked.

create function farthing.prove_transfers()
returns setof farthing.violation
language plpgsql stable
set search_path = ''
as $$
begin
  return query
  select 10, b.account_id, format('booking %s: its provider has %s of their share of %s', b.booking_id, m.net,
    b.amount - b.application_fee_amount)
  from farthing.bookings b
  cross join lateral (select sum(case t.kind when 'reversal' then -t.amount else t.amount end)
      + case b.transfer_at when 'payment' then b.amount - b.application_fee_amount else 0 end as net
    from farthing.booking_transfers t where t.account_id = b.account_id and t.booking_id = b.booking_id
      and t.status <> 'refused') m
  where m.net < 0 or m.net > case when b.transfer_at = 'payment' or b.status = 'completed'
    then b.amount - b.application_fee_amount else 0 end
  union all
  select 10, r.account_id, format('transfer %s: more is reversed than was transferred', r.stripe_id)
  from farthing.booking_transfers r join farthing.booking_transfers u
    on u.account_id = r.account_id and u.reverses = r.move_id and u.status <> 'refused'
  group by r.account_id, r.move_id having sum(u.amount) > r.amount
  union all
  select 10, b.account_id, format('booking %s: its provider has %s, and %s is due', b.booking_id, m.net,
    div(d.due, b.amount))
  from farthing.bookings b
  cross join lateral (select coalesce(sum(case t.kind when 'reversal' then -t.amount else t.amount end), 0)
      + case b.transfer_at when 'payment' then b.amount - b.application_fee_amount else 0 end as net
    from farthing.booking_transfers t where t.account_id = b.account_id and t.booking_id = b.booking_id
      and t.status <> 'refused') m
  -- The share is compared after multiplication by the booking's amount, because a division would
  -- round.
  cross join lateral (select (b.amount - b.application_fee_amount)
      * (b.amount - coalesce(sum(r.amount) filter (where r.nets_share), 0)) as due
    from farthing.refunds r where r.account_id = b.account_id and r.booking_id = b.booking_id
      and r.status not in ('failed', 'canceled')) d
  -- Cancelled bookings are left out, because their money goes to the buyer. Bookings with a
  -- transfer or reversal that Stripe refused are left out, too, because they wait for an operator.
  where b.paid_at is not null and b.status <> 'cancelled'
    and (b.transfer_at = 'payment' or b.status = 'completed') and m.net * b.amount < d.due
    and not exists (select from farthing.disputes c where c.account_id = b.account_id
      and c.booking_id = b.booking_id and (c.status <> 'won' or (select sum(v.amount)
        from farthing.dispute_movements v
        where v.account_id = c.account_id and v.dispute_id = c.dispute_id) <> 0))
    and not exists (select from farthing.booking_transfers t
      join farthing.parked_items p on (p.task, p.item_kind, p.item_id)
        = ('payment_runner', 'transfer', t.move_id::text)
      where t.account_id = b.account_id and t.booking_id = b.booking_id and t.status = 'refused');
end
$$;
comment on function farthing.prove_transfers() is
  'Rule 10 for bookings: a provider has at most their share of a booking, and never a negative '
  'amount; a share that waits for the booking''s completion is not transferred earlier; the due '
  'part of an undisputed payment is transferred or at least requested; and the reversals of a '
  'transfer never exceed it.';
