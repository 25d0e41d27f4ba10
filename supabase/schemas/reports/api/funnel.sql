-- The report of the funnel from packages to payments.

create function farthing_public.report_funnel(
  p_from date default null, p_to date default null, p_after text default null, p_limit int default 1000,
  p_now timestamptz default now())
returns jsonb
language plpgsql stable security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
-- With these settings PostgreSQL makes a plan for the days of this call, hashes 100,000 accounts in
-- memory, and prefers indexes.
set plan_cache_mode = force_custom_plan set work_mem = '32MB' set jit = off set random_page_cost = 1.1
as $$
declare
  v_range farthing.day_range := farthing.report_range(p_from, p_to, p_now);
begin
  return (
    with days as materialized (
      select * from farthing.funnel_figures(v_range)
    )
    select farthing.report_answer(v_range, p_limit, array(
        select row(d.figures, d.day::text)::farthing.page_item from days d
        where d.day is not null and (p_after is null or d.day::text collate "C" > p_after)
        order by d.day limit farthing.items_to_read(p_limit)),
      (select jsonb_agg(t.figures - 'day') from days t
        where t.day is null and exists (select from days d where d.day is not null)), p_now,
      jsonb_build_array(farthing.control(
        'paid and free checkouts, and lots of package orders begun in the range',
        (select (t.figures ->> 'paid')::numeric + (t.figures ->> 'free')::numeric from days t
          where t.day is null),
        farthing.lots_of_checkouts(v_range))),
      jsonb_build_object(
        'packages_seen', 'responses of GET /checkout/packages (2xx and 3xx); null for days more than 35 '
          'days ago',
        'checkouts', 'package orders by the day of their begin',
        'buyers', 'distinct accounts with a paid one of these orders',
        'paid', 'of these orders, those that were paid later with money',
        'free', 'of these orders, those that a code of 100 % completed later: nothing was to pay',
        'paid_share', 'paid / checkouts',
        'refusals', 'requests refused with insufficient_credits (402), without repeats and batches',
        'purchases_after_refusal', 'refused accounts with an order paid within 7 days after the refusal; a '
          'free order is not paid',
        'first_purchases_after_refusal', 'of these accounts, those that had never paid an order before',
        'conversion', 'first_purchases_after_refusal / refused_accounts')));
end
$$;
grant execute on function farthing_public.report_funnel to service_role;
comment on function farthing_public.report_funnel is
  'Returns the funnel by day: packages seen, checkouts, payments, refusals for lack of credits, and '
  'purchases within 7 days after a refusal. Fails with invalid_request and names the field: `from` '
  'or `limit`.';
