-- The reports of payouts, and of the lines of one payout.

create function farthing_public.report_payouts(
  p_from date default null, p_to date default null, p_after text default null, p_limit int default 1000,
  p_now timestamptz default now())
returns jsonb
language plpgsql stable security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
declare
  v_range farthing.day_range := farthing.report_range(p_from, p_to, p_now);
  v_rows farthing.page_item[];
  v_totals jsonb;
  v_controls jsonb;
begin
  with payouts as materialized (
    select r.* from farthing.payout_rows(v_range) r
  )
  select array(
      select row(to_jsonb(d) - 'cursor', d.cursor)::farthing.page_item
      from (select r.*, concat_ws(' ', r.day, r.payout_id) as cursor from payouts r) d
      where p_after is null or d.cursor collate "C" > p_after
      order by d.cursor collate "C" limit farthing.items_to_read(p_limit)),
    (select jsonb_agg(to_jsonb(t) order by t.currency, t.status)
      from (select r.currency, r.status, sum(r.amount) as amount, sum(r.lines) as lines, sum(r.sum) as sum,
        sum(r.difference) as difference, sum(r.fees) as fees, sum(r.mismatches) as mismatches
        from payouts r group by r.currency, r.status) t),
    (select jsonb_agg(farthing.control(format('itemised payouts in %s: lines, and amounts', c.currency),
        c.lines, c.amount) order by c.currency)
      from (select r.currency, sum(r.sum) as lines, sum(r.amount) as amount
        from payouts r where r.difference is not null group by r.currency) c)
  into v_rows, v_totals, v_controls;
  return farthing.report_answer(v_range, p_limit, v_rows, v_totals, p_now, v_controls,
    jsonb_build_object('sum', 'the sum of the lines'' net amounts', 'difference', 'amount - sum'));
end
$$;
grant execute on function farthing_public.report_payouts to service_role;
comment on function farthing_public.report_payouts is
  'Returns the report of payouts, automatic and manual, by the day (UTC) on which they were made, with '
  'the sums of their lines. Fails with invalid_request and names the field: `from` or `limit`.';

create function farthing_public.report_payout(
  p_payout_id text, p_after text default null, p_limit int default 1000, p_now timestamptz default now())
returns jsonb
language plpgsql stable security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
declare
  v_payout farthing.payouts;
  v_day date;
begin
  select * into v_payout from farthing.payouts where payout_id = p_payout_id;
  if v_payout.payout_id is null then
    perform farthing.fail('not_found', 'There is no such payout.', null, 'id');
  end if;
  v_day := (v_payout.made_at at time zone 'UTC')::date;
  return farthing.report_answer(row(v_day, v_day)::farthing.day_range, p_limit, array(
      select row(farthing.payout_line(t, v_payout), t.transaction_id)::farthing.page_item
      from farthing.balance_transactions t
      where t.payout_id = p_payout_id and (p_after is null or t.transaction_id collate "C" > p_after)
      order by t.transaction_id collate "C" limit farthing.items_to_read(p_limit)),
    (select jsonb_agg(jsonb_build_object('reporting_category', s.category, 'currency', s.currency,
        'gross', s.gross, 'fee', s.fee, 'net', s.net) order by s.category, s.currency)
      from (select coalesce(t.reporting_category, t.type) as category, t.currency, sum(t.amount) as gross,
        sum(t.fee) as fee, sum(t.net) as net
        from farthing.balance_transactions t where t.payout_id = p_payout_id group by 1, 2) s),
    p_now,
    -- A payout without known lines has no sum to compare.
    (select jsonb_agg(farthing.control(format('lines of %s in %s, and its amount', r.payout_id,
        r.currency), r.sum, r.amount)) from farthing.payout_rows(null, p_payout_id) r
      where r.difference is not null),
    jsonb_build_object('net', 'gross - fee', 'difference', 'customer_facing_amount - our record'))
  || jsonb_build_object('payout', (select to_jsonb(r) from farthing.payout_rows(null, p_payout_id) r),
    'mismatches', (select coalesce(jsonb_agg(jsonb_build_object('mismatch_id', m.mismatch_id,
        'kind', m.kind, 'subject', m.subject, 'ours', m.ours, 'theirs', m.theirs, 'found_at', m.found_at)
        order by m.found_at, m.mismatch_id), '[]')
      from farthing.mismatches m where m.payout_id = p_payout_id and m.resolved_at is null));
end
$$;
grant execute on function farthing_public.report_payout to service_role;
comment on function farthing_public.report_payout is
  'Returns the report of one payout: {payout, mismatches} and the rows of a report. mismatches: the open '
  'ones. Each row is a line of the payout, with the order, booking, refund or dispute that the line matches. '
  'Fails with not_found. Fails with invalid_request and names the field `limit`.';
