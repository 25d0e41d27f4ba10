-- The formulas of the key figures, in words, as GET /reports/kpis returns them.

create function farthing.kpi_formulas()
returns jsonb
language sql immutable
set search_path = ''
as $$
  select jsonb_build_object(
    'time_to_first_dollar_p50', 'median of paid_at - created_at over package orders paid in the range, '
      'without free ones: from the start of the purchase until its credits are visible',
    'time_to_first_dollar_p95', '95th percentile of the same times',
    'evidence_completeness', 'paid and free orders with an applied Stripe event, a lot and a sealed entry / '
      'paid and free orders',
    'orders_without_evidence', 'number of these orders that lack evidence',
    'order_without_evidence', format('label: one of the first %s of these orders, and its missing evidence '
      '(stripe_event, lot, entry)', farthing.orders_without_evidence_listed()),
    'purchased_credits', 'sum of entries of kind purchase, also of free orders, without bonuses',
    'debited_credits', 'sum of entries of kind debit, usage and settle',
    'webhook_received', 'POST /stripe-webhook: 2xx / (2xx + 5xx + 408); the hop from Stripe to the inbox',
    'webhook_applied', 'events (processed + ignored) / (processed + ignored + failed + dead); the hop from '
      'the inbox to the ledger',
    'notification_sent', 'notifications to users sent / (sent + dead + uncertain), without users who have no '
      'address; the hop from the ledger to the customer',
    'notification_p95', '95th percentile of POST /send-notification, nearest rank in buckets 15 % apart',
    'ledger_p95', '95th percentile of the core routes of credits and usage, together and by route (label)',
    'request_errors', 'responses with 5xx or 408 / all responses',
    'auth_failures', 'requests refused for their credentials, by day and code (label)',
    'rate_limited', 'requests refused by a rate limit, by day and rule (label)')
$$;
comment on function farthing.kpi_formulas() is 'Returns the formula of each key figure by its name.';
