-- Due lists of payouts, and their fetched pages.

create function farthing_public.payouts_claim(p_now timestamptz default now())
returns jsonb
language sql security definer -- service_role owns no table
set search_path = pg_catalog, pg_temp
as $$
  -- Claiming sets the next due time, later each time, so a failed run need not report anything. Stripe may
  -- not have the list yet, so there is no last attempt; the longest pause is a thousand minutes.
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
  'Gives a payout whose list is due to one runner: {payout_id, claimed_at, after}, where after is the last '
  'stored transaction; null if none is due.';

create function farthing_public.payouts_record(
  p_payout_id text, p_claimed_at timestamptz, p_transactions jsonb,
  p_after text default null, p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role owns no table
set search_path = pg_catalog, pg_temp
as $$
declare
  v_row farthing.reconciliations;
begin
  select * into v_row from farthing.reconciliations where payout_id = p_payout_id for update;
  if v_row.claimed_at is distinct from p_claimed_at then
    return '{"taken": true}'::jsonb; -- taken over by another runner, which continues where this one stopped
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
  'Stores a page of a claimed payout''s list. p_after: the page''s last transaction; null for the last '
  'page, after which the list is compared. Returns {listed, mismatches?}, or {taken} if another runner has '
  'the claim by now.';
