-- When the payments' runner is woken, and which of Stripe's events it has asked for.
-- Why a backfill by the clock: a delivery that Stripe has given up is money that the ledger does not know of.
-- Each hour it is asked for what never came; most hours that is nothing.

create table farthing.backfills (
  one_row boolean primary key default true constraint backfills_is_one_row check (one_row),
  done_until timestamptz not null default now(), -- a new project has missed nothing
  claimed_at timestamptz,
  unreadable int not null default 0 constraint backfills_unreadable_counted check (unreadable >= 0),
  retry_at timestamptz
);
comment on table farthing.backfills is
  'One row. done_until: Stripe was asked for all events before this. claimed_at: a runner is asking, since '
  'then. unreadable: how many events the last run could not read; they are stored nowhere. retry_at: when '
  'they are asked for again.';
alter table farthing.backfills enable row level security;
create policy backfills_none on farthing.backfills for select to authenticated using (false);
insert into farthing.backfills default values;

create function farthing.backfill_is_due(p_backfill farthing.backfills, p_now timestamptz)
returns boolean
language sql stable
set search_path = ''
as $$
  -- A request lives 150 s at most: a claim older than that by far is a dead runner's.
  select p_backfill.done_until <= p_now - interval '1 hour'
    and coalesce(p_backfill.claimed_at <= p_now - interval '5 minutes', true)
    and coalesce(p_backfill.retry_at <= p_now, true)
$$;
comment on function farthing.backfill_is_due(farthing.backfills, timestamptz) is
  'Whether the last complete backfill is an hour old, no runner is at one and no retry is put off.';

create function public.backfills_claim(p_now timestamptz default now())
returns jsonb
language sql security definer -- service_role owns no table
set search_path = pg_catalog, pg_temp
as $$
  -- Two runners at once: the second waits for the row, and finds it claimed.
  update farthing.backfills set claimed_at = p_now where farthing.backfill_is_due(backfills, p_now)
  returning jsonb_build_object('claimed_at', claimed_at,
    -- A little before the last one, for what came into Stripe's list late; Stripe keeps 30 days.
    'since', floor(extract(epoch from greatest(done_until - interval '10 minutes',
      p_now - interval '30 days')))::bigint)
$$;
grant execute on function public.backfills_claim to service_role;
comment on function public.backfills_claim is
  'Gives the hourly backfill to one runner: {claimed_at, since} with since in seconds since 1970; null where '
  'none is due.';

create function public.backfills_finish(
  p_claimed_at timestamptz, p_complete boolean, p_unreadable int)
returns jsonb
language plpgsql security definer -- service_role owns no table
set search_path = pg_catalog, pg_temp
as $$
begin
  update farthing.backfills set done_until = greatest(done_until, p_claimed_at) where p_complete;
  -- Taken over meanwhile, the claim is another runner's, and so is what comes of it.
  update farthing.backfills
  set claimed_at = null, unreadable = p_unreadable,
    -- A missing right stays missing until somebody grants it; the whole list each minute does not help.
    retry_at = case when p_unreadable > 0 then p_claimed_at + interval '15 minutes' end
  where claimed_at = p_claimed_at;
  return '{}'::jsonb;
end
$$;
grant execute on function public.backfills_finish to service_role;
comment on function public.backfills_finish is
  'A runner has asked Stripe for all events up to when it began, or for as many as it could. Where its time '
  'ran out the next one goes on at once; where it could not read events, 15 minutes after it began.';

create function farthing.wake_payment_runner_if_due(p_now timestamptz default now())
returns boolean
language plpgsql
set search_path = ''
as $$
begin
  return (exists (select from farthing.refunds where status = 'requested' and next_attempt_at <= p_now)
      or exists (select from farthing.booking_transfers
        where status = 'requested' and next_attempt_at <= p_now)
      or (select farthing.backfill_is_due(b, p_now) from farthing.backfills b)
      or farthing.top_ups_are_due(p_now) or farthing.payout_lists_are_due(p_now))
    and farthing.wake('payment-runner');
end
$$;
comment on function farthing.wake_payment_runner_if_due(timestamptz) is
  'Wakes the payments'' runner where a refund waits to be sent, a provider''s share to be reversed, a top-up '
  'to be charged, or Stripe to be asked for events or for the list of a payout; true where it did.';

select farthing.add_task('wake_payment_runner_if_due', '1 minute');
