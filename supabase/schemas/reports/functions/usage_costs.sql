-- Usage with its cost, and the rows of the report of usage.

create function farthing.usage_between(p_range farthing.day_range, p_account_id bigint, p_groups text[])
returns setof farthing.usage_days
language plpgsql stable
set search_path = ''
as $$
declare
  v_begin timestamptz := p_range.first_day::timestamp at time zone 'UTC';
  v_end timestamptz := (p_range.last_day + 1)::timestamp at time zone 'UTC';
  -- The whole months of the range. If v_months_end is not later than v_months_begin, the range
  -- contains none.
  v_months_begin date := date_trunc('month', p_range.first_day + interval '1 month' - interval '1 day')::date;
  v_months_end date := date_trunc('month', (p_range.last_day + 1)::timestamp)::date;
begin
  if p_account_id is not null then
    -- The usage of one account is summed from its entries: stored sums per account and day would be
    -- almost as many rows as the entries themselves.
    return query select * from farthing.usage_of(array[p_account_id],
      array[farthing.seq_at(p_account_id, v_begin - interval '1 microsecond')],
      array[farthing.seq_at(p_account_id, v_end - interval '1 microsecond')]);
  elsif 'feature' = any (p_groups) and ('day' = any (p_groups) or v_months_end <= v_months_begin) then
    return query select * from farthing.usage_days d
      where d.day between p_range.first_day and p_range.last_day;
  else
    return query
      select s.day, s.origin, s.model, s.rate_version, s.feature, s.charges, s.corrections, s.input_tokens,
        s.cached_input_tokens, s.cache_write_tokens, s.output_tokens, s.reasoning_tokens, s.credits,
        s.corrected_credits
      from farthing.usage_sums s
      where case when 'feature' = any (p_groups) then s.grain = 'month' and s.day >= v_months_begin
          and s.day < v_months_end
        else s.grain = 'day' and s.day between p_range.first_day and p_range.last_day end
      union all
      select * from farthing.usage_days d
      where 'feature' = any (p_groups) and (d.day >= p_range.first_day and d.day < v_months_begin
        or d.day >= v_months_end and d.day <= p_range.last_day);
  end if;
end
$$;
comment on function farthing.usage_between(farthing.day_range, bigint, text[]) is
  'Returns the usage of a range of days: all usage of one account, or the usage of all accounts whose '
  'entries are sealed. For all accounts, reads usage_sums, because it has fewer rows. Reads usage_days only '
  'where usage_sums does not have all columns of p_groups.';

create function farthing.usage_costs(
  p_range farthing.day_range, p_account_id bigint default null, p_groups text[] default '{}')
returns table (day date, model text, origin text, feature text, charges numeric, corrections numeric,
  input_tokens numeric, cached_input_tokens numeric, cache_write_tokens numeric, output_tokens numeric,
  reasoning_tokens numeric, credits numeric, corrected_credits numeric, priced_credits numeric,
  provider_cost_usd numeric, price_in_credits numeric)
language sql stable
set search_path = ''
as $$
  select d.day, nullif(d.model, ''), d.origin, nullif(d.feature, ''), d.charges, d.corrections,
    d.input_tokens, d.cached_input_tokens, d.cache_write_tokens, d.output_tokens, d.reasoning_tokens,
    d.credits, d.corrected_credits,
    case when r.version is not null then d.credits - d.corrected_credits else 0 end,
    c.usd, c.usd * r.markup * 1000
  from (
    -- A price takes longer to compute than a sum, so prices are computed only once for each group
    -- and rate.
    select case when 'day' = any (p_groups) then u.day end as day, u.model, u.rate_version,
      case when 'origin' = any (p_groups) then u.origin end as origin,
      case when 'feature' = any (p_groups) then u.feature end as feature, sum(u.charges) as charges,
      sum(u.corrections) as corrections, sum(u.input_tokens) as input_tokens,
      sum(u.cached_input_tokens) as cached_input_tokens, sum(u.cache_write_tokens) as cache_write_tokens,
      sum(u.output_tokens) as output_tokens, sum(u.reasoning_tokens) as reasoning_tokens,
      sum(u.credits) as credits, sum(u.corrected_credits) as corrected_credits
    from farthing.usage_between(p_range, p_account_id, p_groups) u
    group by 1, 2, 3, 4, 5) d
  left join farthing.rates r on r.model = d.model and r.version = d.rate_version
  cross join lateral (select
    (d.input_tokens * r.input_per_million_usd
      + d.cached_input_tokens * coalesce(r.cached_input_per_million_usd, r.input_per_million_usd)
      + d.cache_write_tokens * coalesce(r.cache_write_per_million_usd, r.input_per_million_usd)
      + d.output_tokens * r.output_per_million_usd
      + d.reasoning_tokens * coalesce(r.reasoning_per_million_usd, r.output_per_million_usd))
      * 0.000001 as usd) c
$$;
comment on function farthing.usage_costs(farthing.day_range, bigint, text[]) is
  'Returns the usage of a range with its cost, by the columns in p_groups and by rate. '
  'provider_cost_usd: tokens × the rate without the markup; null for charges without a rate. '
  'priced_credits: the credits of charges with a rate, less corrections. price_in_credits: the '
  'price of the tokens, computed again; it equals priced_credits.';

create function farthing.usage_figures(p_range farthing.day_range, p_account_id bigint, p_groups text[])
returns table (is_total boolean, cursor text, figures jsonb, net_credits numeric, credits numeric,
  priced_credits numeric, price_in_credits numeric)
language sql stable
set search_path = ''
as $$
  select grouping(k.day) = 1, jsonb_build_array(k.day, k.model, k.origin, k.feature)::text,
    jsonb_build_object('day', k.day, 'model', k.model, 'origin', k.origin, 'feature', k.feature,
      'charges', sum(c.charges), 'corrections', sum(c.corrections), 'input_tokens', sum(c.input_tokens),
      'cached_input_tokens', sum(c.cached_input_tokens), 'cache_write_tokens', sum(c.cache_write_tokens),
      'output_tokens', sum(c.output_tokens), 'reasoning_tokens', sum(c.reasoning_tokens),
      'credits', trim_scale(sum(c.credits))::text,
      'corrected_credits', trim_scale(sum(c.corrected_credits))::text,
      'priced_credits', trim_scale(sum(c.priced_credits))::text,
      'value_usd', trim_scale(sum(c.priced_credits) * 0.001)::text,
      'provider_cost_usd', trim_scale(sum(c.provider_cost_usd))::text,
      'margin_usd', trim_scale(sum(c.priced_credits) * 0.001 - sum(c.provider_cost_usd))::text),
    sum(c.credits - c.corrected_credits), sum(c.credits), sum(c.priced_credits), sum(c.price_in_credits)
  from farthing.usage_costs(p_range, p_account_id, p_groups) c
  cross join lateral (select case when 'day' = any (p_groups) then c.day end,
    case when 'model' = any (p_groups) then c.model end,
    case when 'origin' = any (p_groups) then c.origin end,
    case when 'feature' = any (p_groups) then c.feature end) k (day, model, origin, feature)
  group by grouping sets ((k.day, k.model, k.origin, k.feature), ())
  having count(*) > 0
$$;
comment on function farthing.usage_figures(farthing.day_range, bigint, text[]) is
  'Returns the rows of the report of usage, and their total. figures: the row as JSON, without its '
  'share of all credits, which usage_item() adds. p_groups: the columns to group by; all other '
  'columns are null.';

create function farthing.usage_page(p_range farthing.day_range, p_groups text[], p_after text, p_rows int)
returns table (cursor text, figures jsonb, net_credits numeric)
language sql stable
set search_path = ''
as $$
  select f.cursor, f.figures, f.net_credits
  from generate_series(p_range.first_day::timestamp, p_range.last_day, interval '1 day') d
  cross join lateral (
    select u.cursor, u.figures, u.net_credits
    from farthing.usage_figures(row(d::date, d::date)::farthing.day_range, null, p_groups) u
    where not u.is_total and (p_after is null or u.cursor collate "C" > p_after)
    order by u.cursor collate "C") f
  -- Days before the day of the cursor are skipped. A cursor is a text such as ["2027-01-02",
  -- "gpt-4o", null, null].
  where p_after is null or p_after not like '["%' or d::date::text collate "C" >= substr(p_after, 3, 10)
  -- The query stops at this limit, so the days after the page are not computed.
  limit p_rows
$$;
comment on function farthing.usage_page(farthing.day_range, text[], text, int) is
  'Returns rows of the usage of all accounts: the first p_rows rows with a cursor after p_after, '
  'in the order of their cursors. p_groups must contain day. usage_figures() computes the rows.';

create function farthing.usage_item(p_cursor text, p_figures jsonb, p_net_credits numeric, p_total numeric)
returns farthing.page_item
language sql immutable
set search_path = ''
as $$
  select row(p_figures || jsonb_build_object('share',
    trim_scale(round(p_net_credits / nullif(p_total, 0), 6))::text), p_cursor)::farthing.page_item
$$;
comment on function farthing.usage_item(text, jsonb, numeric, numeric) is
  'Returns a row of the report of usage: its figures, and its share of all credits.';
