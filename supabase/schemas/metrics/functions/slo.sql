-- The objectives of the core routes (SLOs), and what counts as a failure. error_budgets.sql has
-- their error budgets.

create function farthing.slo()
returns table (core_routes text[], available numeric, fast numeric, fast_ms int, budget_days int)
language sql immutable
set search_path = ''
as $$
  select array['GET /credits', 'POST /credits/debits', 'POST /credits/holds',
      'POST /credits/holds/{id}/release', 'POST /credits/holds/{id}/settle', 'POST /send-notification',
      'POST /stripe-webhook', 'POST /usage', 'POST /usage/estimate'],
    0.995, 0.95, 120, 30
$$;
comment on function farthing.slo() is
  'Returns the objectives of the core routes: the share of responses without a server error, the '
  'share of responses within fast_ms, and the number of days over which they are measured. The '
  'numbers are the same in _shared/metrics/slo.ts; a test compares them.';

create function farthing.is_failure(p_labels text)
returns boolean
language sql immutable
set search_path = ''
as $$
  select farthing.label_of(p_labels, 'status') in ('5xx', '408')
$$;
comment on function farthing.is_failure(text) is
  'Returns whether requests with these labels ended in a server error. Status 408 counts as a '
  'server error, because the time ran out on the server.';
