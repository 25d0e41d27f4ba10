-- The revenue line of a balance transaction: which order or booking the transaction belongs to, and
-- on which day its line counts.

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
        -- This transfer or reversal was not requested here: Stripe made the transfer with the
        -- payment, or the reversal with a refund. A transfer that failed has two balance
        -- transactions; the query uses one of them.
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
  'transaction; all are null if the transaction is not ours or its event has not arrived.';

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
  -- An application fee may be refunded in parts, and each part has its own line. The query returns
  -- the day of the line that is nearest in time to the transaction.
  order by abs(extract(epoch from l.effective_at - p_transaction.occurred_at)), l.line_nr limit 1
$$;
comment on function farthing.day_of_line(farthing.balance_transactions) is
  'Returns the day on which the line of a balance transaction counts; null while the transaction '
  'has no line.';
