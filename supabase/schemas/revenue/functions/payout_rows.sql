-- The rows of payouts and of their lines, from which JSON, CSV and control totals are made.

create function farthing.payout_rows(p_range farthing.day_range, p_payout_id text default null)
returns table (day date, payout_id text, currency text, amount bigint, lines bigint, sum numeric,
  difference numeric, fees numeric, automatic boolean, status text, itemised text, mismatches bigint,
  made_at timestamptz, arrives_at timestamptz)
language sql stable
set search_path = ''
as $$
  select (p.made_at at time zone 'UTC')::date, p.payout_id, p.currency, p.amount, s.lines, s.net,
    case when i.itemised in ('listed', 'assigned') then p.amount - s.net end, s.fees, p.automatic,
    p.status, i.itemised, (select count(*) from farthing.mismatches m where m.payout_id = p.payout_id
      and m.resolved_at is null), p.made_at, p.arrives_at
  from farthing.payouts p
  cross join lateral (
    -- The sum does not include the balance transaction of the payout itself.
    select count(*) as lines, coalesce(sum(t.net), 0) as net, -coalesce(sum(t.fee), 0) as fees
    from farthing.balance_transactions t
    where t.payout_id = p.payout_id and (t.kind, t.source_id) is distinct from ('payout', p.payout_id)) s
  cross join lateral (select case when not p.automatic and farthing.is_advance(p.payout_id) then 'advance'
    when p.itemised_at is not null then 'assigned'
    when exists (select from farthing.reconciliations r where r.payout_id = p.payout_id
      and r.listed_at is not null) then 'listed' end) i (itemised)
  where case when p_payout_id is null then p.made_at >= p_range.first_day::timestamp at time zone 'UTC'
      and p.made_at < (p_range.last_day + 1)::timestamp at time zone 'UTC'
    else p.payout_id = p_payout_id end
$$;
comment on function farthing.payout_rows(farthing.day_range, text) is
  'Returns payouts by the day (UTC) on which they were made, or one payout: each with the sum of '
  'its lines, and the difference between that sum and the payout''s amount. itemised: `listed` by '
  'Stripe, `assigned` by us to a manual payout, `advance` if an automatic payout lists this one, '
  'or null while no lines are known. Amounts are in minor units; fees are negative.';

create function farthing.amount_of_line(p_transaction farthing.balance_transactions)
returns bigint
language sql stable
set search_path = ''
as $$
  select sum(l.amount)::bigint from farthing.revenue_lines l
  where l.source_id = case p_transaction.kind when 'charge' then p_transaction.payment_id
      when 'refund' then p_transaction.source_id when 'fee' then p_transaction.fee_id
      else p_transaction.transaction_id end
    and l.kind = any (case p_transaction.kind when 'charge' then array['charge', 'discount', 'tax']
      when 'fee' then array['application_fee']
      when 'refund' then array['tax_returned', case when p_transaction.amount > 0 then 'refund_failure'
        else 'refund' end]
      when 'dispute' then array['dispute', 'dispute_reversal', 'tax_returned']
      else array[p_transaction.kind] end)
    -- A refund and its failure have the same source_id. So only the sign of the amount
    -- distinguishes the tax_returned line of the refund from that of its failure.
    and (p_transaction.kind <> 'refund' or l.kind <> 'tax_returned'
      or (l.amount > 0) = (p_transaction.amount > 0))
$$;
comment on function farthing.amount_of_line(farthing.balance_transactions) is
  'Returns the amount of the revenue lines of a balance transaction, in minor units of the '
  'payment''s currency; null if it has no line. A refund of an application fee has no line of its '
  'own: each line of refunded fees records only by how much the booking''s sum of refunded fees '
  'has grown.';

create function farthing.payout_line(
  p_transaction farthing.balance_transactions, p_payout farthing.payouts)
returns jsonb
language sql stable
set search_path = ''
as $$
  select jsonb_build_object('balance_transaction_id', t.transaction_id, 'created_utc', t.occurred_at,
    'available_on', t.available_on, 'currency', t.currency, 'gross', t.amount, 'fee', t.fee, 'net', t.net,
    'reporting_category', coalesce(t.reporting_category, t.type), 'source_id', t.source_id,
    'description', t.description, 'customer_facing_amount', s.amount,
    'customer_facing_currency', t.source_currency, 'charge_id', coalesce(t.charge_id,
      case when t.kind = 'charge' then t.source_id end), 'payment_intent_id', t.payment_id,
    'refund_id', l.refund_id, 'dispute_id', l.dispute_id, 'order_id', l.order_id,
    'booking_id', l.booking_id, 'account_id', l.account_id, 'payout_id', t.payout_id,
    'payout_effective_at', p_payout.arrives_at,
    'matched', case when j.is_ours then j.verdict is null when l.booking_id is not null then true end,
    'mismatch', case when j.is_ours then j.verdict end,
    'difference', case when j.is_ours and t.kind <> 'fee_refund'
      then s.amount - coalesce(farthing.amount_of_line(t), 0) end)
  from (select p_transaction.*) t
  cross join lateral farthing.line_about(t) l
  cross join lateral farthing.judge(t) j
  cross join lateral (select case when t.source_amount is not null
    then sign(t.amount::numeric)::bigint * t.source_amount end as amount) s
$$;
comment on function farthing.payout_line(farthing.balance_transactions, farthing.payouts) is
  'Returns a line of a payout in the form of the report: the transaction at Stripe, our order, booking, '
  'refund or dispute, whether they match, and the difference (Stripe''s amount less ours, in the '
  'customer''s currency). matched is null if we have no record of the money.';
