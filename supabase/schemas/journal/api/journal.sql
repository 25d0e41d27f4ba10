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
begin
  return farthing.report_answer(v_range, p_limit, array(
      select row(to_jsonb(j) - 'cursor', j.cursor)::farthing.page_item
      -- The debit of an entry comes before its credit.
      from (select r.*, concat_ws(' ', r.entry_id, case r.debit when 0 then '2' else '1' end)
        as cursor from farthing.journal_rows(v_range) r) j
      where p_after is null or j.cursor collate "C" > p_after
      order by j.cursor collate "C" limit farthing.items_to_read(p_limit)),
    (select jsonb_agg(to_jsonb(t) order by t.account_code, t.account, t.currency)
      from (select r.account, r.account_code, r.currency, sum(r.debit)::bigint as debit,
          sum(r.credit)::bigint as credit
        from farthing.journal_rows(v_range) r group by r.account, r.account_code, r.currency) t),
    (select u.at from farthing.sealed_until u),
    farthing.journal_controls(v_range));
end
$$;
grant execute on function farthing_public.report_journal to service_role;
comment on function farthing_public.report_journal is
  'Returns the journal of a range of days: rows that debit or credit an account, in minor units, and totals '
  'by account and currency. Fails invalid_request, naming from or limit.';
