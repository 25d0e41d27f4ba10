-- Balance transactions and revenue lines: which order or booking a transaction belongs to, on which
-- day its line counts, and Stripe's fee for it. The fee is provisional until a payout lists the
-- transaction. Only the part of a fee that existing lines do not have yet is booked, so a fee is
-- not booked twice if its transaction is stored again, with a different fee or in a payout.

create function farthing.line_about(p_transaction farthing.balance_transactions)
returns farthing.revenue_lines
language plpgsql stable
set search_path = ''
as $$
declare
  t farthing.balance_transactions := p_transaction;
  v_line farthing.revenue_lines;
begin
  case t.kind
    when 'charge' then
      select account_id, order_id, booking_id into v_line.account_id, v_line.order_id, v_line.booking_id
      from (select account_id, order_id, null::uuid as booking_id from farthing.orders
          where payment_ref = t.payment_id
        union all select account_id, null, booking_id from farthing.bookings
          where payment_intent_id = t.payment_id and paid_at is not null) p;
    when 'refund' then
      select account_id, order_id, booking_id, refund_id
      into v_line.account_id, v_line.order_id, v_line.booking_id, v_line.refund_id
      from farthing.refunds where stripe_refund_id = t.source_id;
    when 'dispute' then
      select account_id, order_id, booking_id, dispute_id
      into v_line.account_id, v_line.order_id, v_line.booking_id, v_line.dispute_id
      from farthing.disputes where dispute_id = t.source_id;
    when 'fee', 'fee_refund' then
      select account_id, booking_id into v_line.account_id, v_line.booking_id
      from farthing.bookings where fee_id = t.fee_id;
    when 'transfer', 'transfer_reversal' then
      select account_id, booking_id into v_line.account_id, v_line.booking_id
      from farthing.booking_transfers where stripe_id = t.source_id;
      if not found then
        -- Stripe made the transfer with the payment, or the reversal with a refund. A transfer that
        -- failed has two transactions; the query uses one of them.
        select b.account_id, b.booking_id into v_line.account_id, v_line.booking_id
        from farthing.bookings b
        where b.charge_id = coalesce(t.charge_id, (select s.charge_id from farthing.balance_transactions s
          where s.source_id = t.transfer_id and s.kind = 'transfer' limit 1));
      end if;
    else null;
  end case;
  v_line.package_id := farthing.package_of(v_line.account_id, v_line.order_id);
  return v_line;
end
$$;
comment on function farthing.line_about(farthing.balance_transactions) is
  'Returns a line with the account, the order or booking, the refund and the dispute of a balance '
  'transaction; all are null if it is not ours or its event has not arrived.';

create function farthing.day_of_line(p_transaction farthing.balance_transactions)
returns date
language sql stable
set search_path = ''
as $$
  select l.booked_on from farthing.revenue_lines l
  where l.source_id = case p_transaction.kind when 'charge' then p_transaction.payment_id
      when 'refund' then p_transaction.source_id when 'fee' then p_transaction.fee_id
      when 'fee_refund' then p_transaction.fee_id else p_transaction.transaction_id end
    and l.kind = any (case p_transaction.kind when 'charge' then array['charge']
      when 'refund' then case when p_transaction.amount > 0 then array['refund_failure']
        else array['refund'] end
      when 'dispute' then array['dispute', 'dispute_reversal'] when 'fee' then array['application_fee']
      when 'fee_refund' then array['application_fee_refund']
      when 'transfer' then array['transfer'] when 'transfer_reversal' then array['transfer_reversal'] end)
  -- A fee may be refunded in parts, and each part has its own line. The line nearest in time is
  -- returned.
  order by abs(extract(epoch from l.effective_at - p_transaction.occurred_at)), l.line_nr limit 1
$$;
comment on function farthing.day_of_line(farthing.balance_transactions) is
  'Returns the day on which the line of a balance transaction counts; null while the transaction '
  'has no line.';

create function farthing.book_fee(
  p_line farthing.revenue_lines, p_kind text, p_target bigint, p_now timestamptz)
returns void
language plpgsql
set search_path = ''
as $$
begin
  p_line.kind := p_kind;
  p_line.amount := p_target - coalesce((select sum(l.amount) from farthing.revenue_lines l
    where l.source_id = p_line.source_id and l.kind = p_kind), 0);
  if p_line.amount <> 0 then
    perform farthing.book_line(p_line, p_now);
  end if;
end
$$;
comment on function farthing.book_fee(farthing.revenue_lines, text, bigint, timestamptz) is
  'Books the difference between the fee that a balance transaction should have and its lines.';

create function farthing.book_transaction(p_transaction farthing.balance_transactions, p_now timestamptz)
returns void
language plpgsql
set search_path = ''
as $$
declare
  t farthing.balance_transactions;
  v_line farthing.revenue_lines;
begin
  -- If two sessions book the same transaction, the second waits here and then sees the lines of the
  -- first.
  select * into t from farthing.balance_transactions where transaction_id = p_transaction.transaction_id
  for update;
  v_line := farthing.line_about(t);
  if v_line.account_id is null then
    return;
  end if;
  v_line.effective_at := t.occurred_at;
  v_line.source_id := t.transaction_id;
  v_line.currency := t.currency;
  if t.kind in ('transfer', 'transfer_reversal') and not exists (select from farthing.revenue_lines l
    where l.source_id = t.transaction_id and l.kind = t.kind)
  then
    v_line.kind := t.kind;
    v_line.amount := t.amount;
    perform farthing.book_line(v_line, p_now);
  end if;
  -- A fee counts on the day of its payment's line, because the event of the payment and its balance
  -- transaction may lie on different sides of midnight.
  v_line.booked_on := farthing.day_of_line(t);
  -- The fee of a dispute is booked with the event of the dispute.
  if t.kind <> 'dispute' then
    perform farthing.book_fee(v_line, 'stripe_fee_provisional',
      case when t.payout_id is null then -t.fee else 0 end, p_now);
    perform farthing.book_fee(v_line, 'stripe_fee', case when t.payout_id is null then 0 else -t.fee end,
      p_now);
  end if;
  update farthing.balance_transactions set booked_on = v_line.booked_on
  where transaction_id = t.transaction_id and booked_on is distinct from v_line.booked_on;
end
$$;
comment on function farthing.book_transaction(farthing.balance_transactions, timestamptz) is
  'Books Stripe''s fee of a balance transaction of ours, as provisional until a payout lists the '
  'transaction, and the money of a transfer or its reversal. Changes nothing if they are already booked.';

create function farthing.book_waiting_transactions(p_source_id text, p_now timestamptz)
returns void
language sql
set search_path = ''
as $$
  select farthing.book_transaction(t, p_now)
  from (select * from farthing.balance_transactions where payment_id = p_source_id and kind = 'charge'
    union select * from farthing.balance_transactions where source_id = p_source_id
    union select * from farthing.balance_transactions where transaction_id = p_source_id
    union select * from farthing.balance_transactions where fee_id = p_source_id
    -- The rows are locked in the same order as in note_transactions().
    order by transaction_id) t
$$;
comment on function farthing.book_waiting_transactions(text, timestamptz) is
  'Books the balance transactions that Stripe listed before the event of their payment, refund, dispute '
  'or fee arrived.';
