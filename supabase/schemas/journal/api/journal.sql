-- The report for bookkeeping: a journal in double entry.

create function farthing_public.report_journal(
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
begin
  with journal as materialized (
    -- The debit row of an entry comes before its credit row.
    select r.*, concat_ws(' ', r.entry_id, case r.debit when 0 then '2' else '1' end) as cursor
    from farthing.journal_rows(v_range) r
  )
  select array(select row(to_jsonb(j) - 'cursor', j.cursor)::farthing.page_item from journal j
      where p_after is null or j.cursor collate "C" > p_after
      order by j.cursor collate "C" limit farthing.items_to_read(p_limit)),
    (select jsonb_agg(to_jsonb(t) order by t.account_code, t.account, t.currency)
      from (select j.account, j.account_code, j.currency, sum(j.debit)::bigint as debit,
          sum(j.credit)::bigint as credit
        from journal j group by j.account, j.account_code, j.currency) t)
  into v_rows, v_totals;
  return farthing.report_answer(v_range, p_limit, v_rows, v_totals,
    (select u.at from farthing.sealed_until u), farthing.journal_controls(v_range, v_totals));
end
$$;
grant execute on function farthing_public.report_journal to service_role;
comment on function farthing_public.report_journal is
  'Returns the journal of a range of days: rows that debit or credit a bookkeeping account, in '
  'minor units, and totals by account and currency. Fails with invalid_request and names the '
  'field: `from` or `limit`.';
