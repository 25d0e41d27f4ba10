-- The proof of revenue lines: they add up to the payments, refunds, disputes and fees that they
-- record (rules 9 and 10).

create function farthing.revenue_facts()
returns table (account_id bigint, subject text, fact text, currency text, amount numeric)
language plpgsql stable
set search_path = ''
as $$
#variable_conflict use_column
begin
  return query
  select o.account_id, 'order ' || o.order_id, k.fact, o.currency, k.amount::numeric
  from farthing.orders o
  cross join lateral (
    -- The sum of all money that refunds and disputes returned, in the currency of the payment.
    select coalesce((select sum(r.amount) from farthing.refunds r where r.account_id = o.account_id
        and r.order_id = o.order_id and r.status not in ('requested', 'failed', 'canceled')), 0)
      - coalesce((select sum(case m.currency when o.currency then m.amount
          -- A movement in a currency other than the payment's was booked with the dispute's amount.
          -- The dispute's amount may have changed since the booking, so the amount is read from the
          -- movement's lines.
          else (select sum(n.amount) from farthing.revenue_lines n
            where n.source_id = m.transaction_id and n.currency = o.currency
              and n.kind in ('dispute', 'dispute_reversal', 'tax_returned')) end)
        from farthing.disputes d join farthing.dispute_movements m using (account_id, dispute_id)
        where d.account_id = o.account_id and d.order_id = o.order_id), 0) as money) b
  cross join lateral (values
    ('charge', case o.tax_behavior when 'inclusive' then o.amount - o.amount_tax else o.amount end),
    ('discount', -o.amount_discount),
    -- The returned tax exceeds the tax while a refund and a dispute have both taken the money.
    ('tax', o.amount_tax - case o.amount_tax when 0 then 0
      else farthing.returned_tax(o.amount_tax, o.amount_total, b.money) end)) k (fact, amount)
  where o.payment_ref is not null
  union all
  select b.account_id, 'booking ' || b.booking_id, 'charge', b.currency, b.amount
  from farthing.bookings b where b.paid_at is not null
  union all
  select b.account_id, 'booking ' || b.booking_id, 'application_fee', b.currency,
    b.fee_collected - b.fee_refunded
  from farthing.bookings b where b.fee_collected is not null
  union all
  select r.account_id, 'refund ' || r.refund_id, 'refund', r.currency,
    case when farthing.is_live_refund(r.status) then -r.amount else 0 end
  from farthing.refunds r
  union all
  select m.account_id, 'dispute ' || m.dispute_id, 'dispute_fee', m.currency, -m.fee
  from farthing.dispute_movements m
  union all
  -- Only movements in the dispute's currency are compared: the line of a movement in another currency may
  -- have the dispute's amount instead of the movement's.
  select m.account_id, 'dispute ' || m.dispute_id, 'dispute', m.currency, m.amount
  from farthing.dispute_movements m
  join farthing.disputes d using (account_id, dispute_id)
  where m.currency = d.currency;
end
$$;
comment on function farthing.revenue_facts() is
  'Returns the money facts of orders, bookings, refunds and disputes, under the names that '
  'revenue lines use.';

create function farthing.prove_revenue()
returns setof farthing.violation
language plpgsql stable
set search_path = ''
as $$
begin
  return query
  select case when v.fact in ('charge', 'discount', 'tax', 'application_fee') then 9 else 10 end,
    v.account_id, format('%s: %s of %s %s, its revenue lines say %s', v.subject, v.fact, v.facts, v.currency,
      v.lines)
  from (
    select q.account_id, q.subject, q.fact, q.currency, coalesce(sum(q.amount) filter (where not is_line), 0)
      as facts, coalesce(sum(q.amount) filter (where is_line), 0) as lines
    from (
      select f.*, false as is_line from farthing.revenue_facts() f
      union all
      select l.account_id, case
          when l.dispute_id is not null then 'dispute ' || l.dispute_id
          when l.refund_id is not null then 'refund ' || l.refund_id
          when l.order_id is not null then 'order ' || l.order_id
          else 'booking ' || l.booking_id end,
        -- A tax_returned line counts with its refund or dispute, because its amount is a part of
        -- that money.
        case when l.kind = 'tax_returned' and l.dispute_id is not null or l.kind = 'dispute_reversal'
            then 'dispute'
          when l.kind in ('tax_returned', 'refund_failure') then 'refund'
          when l.kind = 'application_fee_refund' then 'application_fee' else l.kind end,
        l.currency, l.amount, true
      from farthing.revenue_lines l
      where l.kind in ('charge', 'discount', 'application_fee', 'application_fee_refund', 'refund',
          'refund_failure', 'dispute_fee')
        or l.kind = 'tax_returned' and l.refund_id is not null
        or l.kind in ('dispute', 'dispute_reversal', 'tax_returned') and exists (select
          from farthing.dispute_movements m join farthing.disputes d using (account_id, dispute_id)
          where m.account_id = l.account_id and m.transaction_id = l.source_id
            and m.currency = d.currency)
      union all
      select l.account_id, 'order ' || l.order_id, 'tax', l.currency, l.amount, true
      from farthing.revenue_lines l where l.kind in ('tax', 'tax_returned')) q
    group by q.account_id, q.subject, q.fact, q.currency) v
  where v.facts <> v.lines
  union all
  select 9, null, format('revenue of %s, %s, %s, %s: %s lines of %s in all, its sums say %s of %s',
    q.booked_on, q.product_line, q.currency, q.kind, sum(q.lines) filter (where q.is_line),
    sum(q.amount) filter (where q.is_line), sum(q.lines) filter (where not q.is_line),
    sum(q.amount) filter (where not q.is_line))
  from (
    select s.booked_on, s.product_line, s.currency, s.kind, s.lines, s.amount, false as is_line
    from farthing.revenue_day_sums s
    union all
    select l.booked_on, l.product_line, l.currency, l.kind, 1, l.amount, true from farthing.revenue_lines l
    where l.line_nr <= (select b.rolled_to from farthing.books b)) q
  group by q.booked_on, q.product_line, q.currency, q.kind
  having sum(case when q.is_line then q.lines else -q.lines end) <> 0
    or sum(case when q.is_line then q.amount else -q.amount end) <> 0;
end
$$;
comment on function farthing.prove_revenue() is
  'Rules 9 and 10 for revenue lines: the lines of each payment, refund, dispute and fee add up to '
  'its amount, and the sum of each day is the sum of its lines.';
