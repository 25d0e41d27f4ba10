-- The report of usage: charges, tokens, credits, what the tokens cost at the models' providers, and
-- the margin.

create function farthing_public.report_usage(
  p_from date default null, p_to date default null, p_after text default null, p_limit int default 1000,
  p_group_by text default 'day,model', p_user_id uuid default null, p_author text default null,
  p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
declare
  v_range farthing.day_range := farthing.report_range(p_from, p_to, p_now);
  v_groups text[] := string_to_array(p_group_by, ',');
  v_account_id bigint;
  v_total record;
  v_items farthing.page_item[];
begin
  if cardinality(v_groups) = 0 or not coalesce(v_groups <@ array['day', 'model', 'origin', 'feature'], false)
  then
    perform farthing.fail('invalid_request',
      'group_by must be one or more of day, model, origin and feature, separated by commas.', null,
      'group_by');
  end if;
  if p_user_id is not null then
    -- A user without an account has no usage.
    v_account_id := coalesce(farthing.account_to_read(p_user_id, coalesce(p_author, 'sql:' || session_user),
      'GET /reports/usage', p_now), 0);
  end if;
  select * into v_total from farthing.usage_figures(v_range, v_account_id, '{}') f where f.is_total;
  if v_account_id is null and v_groups @> '{day, feature}' then
    v_items := array(select farthing.usage_item(p.cursor, p.figures, p.net_credits, v_total.net_credits)
      from farthing.usage_page(v_range, v_groups, p_after, farthing.items_to_read(p_limit)) p);
  else
    v_items := array(select farthing.usage_item(f.cursor, f.figures, f.net_credits, v_total.net_credits)
      from farthing.usage_figures(v_range, v_account_id, v_groups) f
      where not f.is_total and (p_after is null or f.cursor collate "C" > p_after)
      order by f.cursor collate "C" limit farthing.items_to_read(p_limit));
  end if;
  return farthing.report_answer(v_range, p_limit, v_items,
    case when v_total.is_total then
      jsonb_build_array(v_total.figures - array['day', 'model', 'origin', 'feature']) end, p_now,
    jsonb_build_array(
      farthing.control('priced credits, and the tokens priced again', coalesce(v_total.priced_credits, 0),
        coalesce(v_total.price_in_credits, 0)),
      case when p_user_id is null then
        -- Both sums of this control are over all days, because entries have no index by time.
        farthing.control('credits of all days, and all sealed charges',
          (select coalesce(sum(d.credits), 0) from farthing.usage_sums d where d.grain = 'day'),
          (select coalesce(sum(s.amount), 0) from farthing.entry_sums s where s.counterparty = 'usage'))
      else
        farthing.control('credits, and the user''s entries', coalesce(v_total.credits, 0),
          (select coalesce(sum(e.amount), 0) from farthing.entries e
            where e.account_id = v_account_id and e.counterparty = 'usage'
              and (e.created_at at time zone 'UTC')::date between v_range.first_day and v_range.last_day))
      end),
    jsonb_build_object(
      'priced_credits', 'credits - corrected_credits of charges with a rate; others have no known cost',
      'value_usd', 'priced_credits x 0.001: usage is priced at 1 USD = 1000 credits',
      'provider_cost_usd', 'sum of tokens x USD per million tokens of the rate, without its markup, / 10^6',
      'margin_usd', 'value_usd - provider_cost_usd',
      'share', '(credits - corrected_credits) / the same over all rows'));
end
$$;
grant execute on function farthing_public.report_usage to service_role;
comment on function farthing_public.report_usage is
  'Returns the report of usage by day and model, or by p_group_by: a list of day, model, origin '
  'and feature, separated by commas. The report of one user (p_user_id) is complete. In all other '
  'reports the entries of the last minute or two are missing, because they are not sealed yet. '
  'Fails with not_found. Fails with invalid_request and names the field: `from`, `limit` or `group_by`.';
