-- The payment runner claims Stripe's lists (a payout's list, and the list of balance transactions),
-- and stores the pages that it has fetched.

create function farthing_public.payouts_claim(p_now timestamptz default now())
returns jsonb
language sql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
  -- A claim already sets the time of the next attempt, so a runner that dies need not report
  -- anything. The wait grows with each attempt, up to 1,024 minutes. The attempts never end,
  -- because Stripe may not have the list yet.
  update farthing.reconciliations r
  set claimed_at = p_now, attempts = least(r.attempts + 1, 10),
    due_at = p_now + interval '1 minute' * 2 ^ least(r.attempts, 10)
  where r.payout_id = (
    select n.payout_id from farthing.reconciliations n
    where n.due_at <= p_now and farthing.payout_list_is_due(n, p_now)
    order by n.due_at limit 1 for update skip locked)
  returning jsonb_build_object('payout_id', r.payout_id, 'claimed_at', r.claimed_at, 'after', r.list_after)
$$;
grant execute on function farthing_public.payouts_claim to service_role;
comment on function farthing_public.payouts_claim is
  'Claims a payout whose list is due, so that the calling runner fetches the list. Returns '
  '{payout_id, claimed_at, after}, or null if no list is due. after: the last stored transaction, '
  'or null.';

create function farthing_public.payouts_record(
  p_payout_id text, p_claimed_at timestamptz, p_transactions jsonb,
  p_after text default null, p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
declare
  v_row farthing.reconciliations;
begin
  select * into v_row from farthing.reconciliations where payout_id = p_payout_id for update;
  if v_row.claimed_at is distinct from p_claimed_at then
    -- Another runner has claimed the list after this runner, and continues from the last stored
    -- page.
    return '{"taken": true}'::jsonb;
  end if;
  perform farthing.record_payout_page(v_row, farthing.json_argument(p_transactions), p_after, p_now);
  if p_after is not null then
    return '{"listed": false}'::jsonb;
  end if;
  return jsonb_build_object('listed', true, 'mismatches', farthing.reconcile(p_payout_id, p_now));
end
$$;
grant execute on function farthing_public.payouts_record to service_role;
comment on function farthing_public.payouts_record is
  'Stores a page of a claimed payout''s list. p_after: the page''s last transaction, or null for '
  'the last page. After the last page the payout is reconciled. Returns {listed, mismatches?}, or '
  '{taken} if another runner has claimed the list in the meantime.';

create function farthing_public.balance_claim(p_now timestamptz default now())
returns jsonb
language sql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
  select jsonb_build_object('claimed_at', c.claimed_at, 'after', c.list_after,
    -- The period begins an hour before done_until, because Stripe may add a balance transaction to
    -- the list some time after the transaction was made.
    'since', extract(epoch from c.done_until - interval '1 hour')::bigint,
    'until', ceil(extract(epoch from c.lists_until))::bigint)
  from farthing.claim_balance_list(p_now) c where c.claimed_at is not null
$$;
grant execute on function farthing_public.balance_claim to service_role;
comment on function farthing_public.balance_claim is
  'Claims the list of balance transactions for a runner. Returns {claimed_at, after, since, '
  'until}, or null if the list is not due. after: the last stored transaction, or null. since, '
  'until: in seconds since 1970.';

create function farthing_public.balance_record(
  p_claimed_at timestamptz, p_transactions jsonb, p_after text default null, p_now timestamptz default now())
returns jsonb
language sql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
  select jsonb_build_object('taken', not farthing.record_balance_page(p_claimed_at,
    farthing.json_argument(p_transactions), p_after, p_now))
$$;
grant execute on function farthing_public.balance_record to service_role;
comment on function farthing_public.balance_record is
  'Stores a page of the claimed list of balance transactions. p_after: the page''s last '
  'transaction, or null for the last page. Returns {taken}: true if another runner has claimed the '
  'list in the meantime; then nothing is stored.';
