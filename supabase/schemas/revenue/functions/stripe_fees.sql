-- Stripe's fee for a balance transaction. The fee is provisional until a payout lists the
-- transaction. A transaction may be stored again, with a different fee or in a payout. The fee is
-- nevertheless not booked twice, because only the difference between the fee and its existing lines
-- is booked.

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
  'p_target is the fee of a balance transaction. Books p_target less the sum of the lines that '
  'already exist for this fee.';

create function farthing.book_transaction(p_transaction farthing.balance_transactions, p_now timestamptz)
returns void
language plpgsql
set search_path = ''
as $$
declare
  t farthing.balance_transactions;
  v_line farthing.revenue_lines;
begin
  -- If two sessions book the same balance transaction, the second session waits here and then sees
  -- the lines of the first one.
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
  -- The event and the balance transaction of a payment may be on two different days. Stripe's fee
  -- counts on the day of the payment's line, so that the payment and its fee count on the same day.
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
  'Books Stripe''s fee of a balance transaction of ours; the fee is provisional until a payout '
  'lists the transaction. Also books the money of a transfer or its reversal. Changes nothing if '
  'both are already booked.';

create function farthing.book_waiting_transactions(p_source_id text, p_now timestamptz)
returns void
language plpgsql
set search_path = ''
as $$
begin
  perform farthing.book_transaction(t, p_now)
  from (select * from farthing.balance_transactions where payment_id = p_source_id and kind = 'charge'
    union select * from farthing.balance_transactions where source_id = p_source_id
    union select * from farthing.balance_transactions where transaction_id = p_source_id
    union select * from farthing.balance_transactions where fee_id = p_source_id
    -- The rows are locked in the same order as in note_transactions(), so that the two functions
    -- cannot deadlock.
    order by transaction_id) t;
end
$$;
comment on function farthing.book_waiting_transactions(text, timestamptz) is
  'Books the balance transactions that Stripe listed before the event of their payment, refund, dispute '
  'or fee arrived.';
