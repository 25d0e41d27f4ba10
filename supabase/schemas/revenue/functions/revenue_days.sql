-- The days of the revenue report, from which JSON, CSV and control totals are made.

create function farthing.revenue_days(p_from date, p_to date)
returns table (day date, product_line text, currency text, lines bigint, gross numeric, discounts numeric,
  tax numeric, refunds numeric,
  disputes numeric, dispute_fees numeric, application_fees numeric, application_fee_refunds numeric,
  transfers numeric, stripe_fees numeric, stripe_fees_provisional numeric, net numeric,
  balance_change numeric)
language sql stable
set search_path = ''
as $$
  select s.*,
    case s.product_line when 'credits' then s.gross + s.discounts + s.refunds + s.disputes
      else s.application_fees + s.application_fee_refunds end
      + s.dispute_fees + s.stripe_fees + s.stripe_fees_provisional,
    s.gross + s.discounts + s.tax + s.refunds + s.disputes + s.dispute_fees + s.application_fees
      + s.application_fee_refunds + s.transfers + s.stripe_fees + s.stripe_fees_provisional
  from (
    select d.booked_on, d.product_line, d.currency, sum(d.lines)::bigint,
      coalesce(sum(d.amount) filter (where d.kind = 'charge'), 0),
      coalesce(sum(d.amount) filter (where d.kind = 'discount'), 0),
      coalesce(sum(d.amount) filter (where d.kind in ('tax', 'tax_returned')), 0),
      coalesce(sum(d.amount) filter (where d.kind in ('refund', 'refund_failure')), 0),
      coalesce(sum(d.amount) filter (where d.kind in ('dispute', 'dispute_reversal')), 0),
      coalesce(sum(d.amount) filter (where d.kind = 'dispute_fee'), 0),
      coalesce(sum(d.amount) filter (where d.kind = 'application_fee'), 0),
      coalesce(sum(d.amount) filter (where d.kind = 'application_fee_refund'), 0),
      coalesce(sum(d.amount) filter (where d.kind in ('transfer', 'transfer_reversal')), 0),
      coalesce(sum(d.amount) filter (where d.kind = 'stripe_fee'), 0),
      coalesce(sum(d.amount) filter (where d.kind = 'stripe_fee_provisional'), 0)
    from farthing.revenue_sums(p_from, p_to) d
    group by d.booked_on, d.product_line, d.currency
  ) s (day, product_line, currency, lines, gross, discounts, tax, refunds, disputes, dispute_fees,
    application_fees, application_fee_refunds, transfers, stripe_fees, stripe_fees_provisional)
$$;
comment on function farthing.revenue_days(date, date) is
  'Returns revenue by day (UTC), product line and currency, in minor units; a sum is negative if '
  'money went out. net: our revenue. balance_change: the sum of all lines.';

create function farthing.revenue_formulas()
returns jsonb
language sql immutable
set search_path = ''
as $$
  select jsonb_build_object(
    'gross', 'prices of paid orders and bookings, without tax, before discounts; a free order counts with '
      'its price',
    'discounts', 'discounts by promotion codes, negative; of a free order its whole price',
    'tax', 'tax that buyers paid, less the tax in refunds and disputes; owed to the state',
    'refunds', 'refunds that have not failed, without tax, negative',
    'disputes', 'money that banks withdrew and did not return, without tax, negative',
    'stripe_fees', 'fees of balance transactions that a payout lists, negative',
    'stripe_fees_provisional', 'fees of balance transactions that no payout lists yet, negative',
    'net', 'credits: gross + discounts + refunds + disputes + dispute_fees + stripe_fees '
      '+ stripe_fees_provisional; '
      'bookings: application_fees + application_fee_refunds + dispute_fees + stripe_fees '
      '+ stripe_fees_provisional',
    'balance_change', 'gross + discounts + tax + refunds + disputes + dispute_fees + application_fees '
      '+ application_fee_refunds + transfers + stripe_fees + stripe_fees_provisional')
$$;
comment on function farthing.revenue_formulas() is
  'Returns the formula of each column of the revenue report, by the column''s name.';
