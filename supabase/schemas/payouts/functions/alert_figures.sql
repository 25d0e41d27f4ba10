-- The figures that alerts and reports read: late payouts, open mismatches and failed charges.

create function farthing.late_payouts(p_now timestamptz default now())
returns bigint
language sql stable
set search_path = ''
as $$
  -- Stripe's arrival date is a banking day. A payout is late if it is still unpaid one day after
  -- that date.
  select (select count(*) from farthing.payouts
      where status not in ('paid', 'canceled', 'failed') and arrives_at < p_now - interval '1 day')
    -- A returned payout is no longer late once a later payout in its currency is paid, because the
    -- money that the bank returned is part of that payout.
    + (select count(*) from farthing.payouts f where f.status = 'failed' and not exists (
      select from farthing.payouts n where n.made_at > f.made_at and n.currency = f.currency
        and n.status = 'paid'))
$$;
comment on function farthing.late_payouts(timestamptz) is
  'Returns the number of late payouts. A payout is late if it is still unpaid a day after its '
  'arrival date. A payout that the bank returned is late until a later payout in its currency is '
  'paid.';

create function farthing.open_mismatches()
returns bigint
language sql stable
set search_path = ''
as $$
  select count(*) from farthing.mismatches where resolved_at is null
$$;
comment on function farthing.open_mismatches() is
  'Returns the number of open differences between our records and Stripe''s.';

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
  'Returns three figures of the card charges at or after p_from and before p_to: their number, the '
  'number that failed, and the share that failed, from 0 to 1. The share is 0 if there was no '
  'charge.';
