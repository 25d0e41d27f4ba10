-- The figures that alerts and reports read: late payouts, open mismatches and failed charges.

create function farthing.late_payouts(p_now timestamptz default now())
returns bigint
language sql stable
set search_path = ''
as $$
  -- Stripe's arrival date is a banking day: on the next one, the payout is late.
  select (select count(*) from farthing.payouts
      where status not in ('paid', 'canceled', 'failed') and arrives_at < p_now - interval '1 day')
    -- Money that a bank returned is in the next payout of its currency.
    + (select count(*) from farthing.payouts f where f.status = 'failed' and not exists (
      select from farthing.payouts n where n.made_at > f.made_at and n.currency = f.currency
        and n.status = 'paid'))
$$;
comment on function farthing.late_payouts(timestamptz) is
  'The number of payouts that are a day behind their arrival date and not paid, or were returned by the '
  'bank and not followed by a paid one.';

create function farthing.open_mismatches()
returns bigint
language sql stable
set search_path = ''
as $$
  select count(*) from farthing.mismatches where resolved_at is null
$$;
comment on function farthing.open_mismatches() is
  'The number of open differences between our records and Stripe''s.';

create function farthing.charge_failure_rate(p_from timestamptz, p_to timestamptz)
returns table (attempts bigint, failed bigint, rate numeric)
language sql stable
set search_path = ''
as $$
  select count(*), count(*) filter (where outcome = 'failed'),
    coalesce(round(count(*) filter (where outcome = 'failed') / nullif(count(*), 0)::numeric, 6), 0)
  from farthing.card_uses where used_at >= p_from and used_at < p_to
$$;
comment on function farthing.charge_failure_rate(timestamptz, timestamptz) is
  'The number of card charges from p_from until before p_to, how many failed, and their share; 0 without a '
  'charge.';
