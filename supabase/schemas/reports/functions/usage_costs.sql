-- Usage with its cost, and the rows of the report of usage.

create function farthing.usage_between(p_range farthing.day_range, p_account_id bigint)
returns setof farthing.usage_days
language plpgsql stable
set search_path = ''
as $$
declare
  v_begin timestamptz := p_range.first_day::timestamp at time zone 'UTC';
  v_end timestamptz := (p_range.last_day + 1)::timestamp at time zone 'UTC';
begin
  if p_account_id is null then
    return query select * from farthing.usage_days d
      where d.day between p_range.first_day and p_range.last_day;
  else
    -- A row for each account and day would be as many rows as entries, so one account is summed here.
    return query select * from farthing.usage_of(array[p_account_id],
      array[farthing.seq_at(p_account_id, v_begin - interval '1 microsecond')],
      array[farthing.seq_at(p_account_id, v_end - interval '1 microsecond')]);
  end if;
end
$$;
comment on function farthing.usage_between(farthing.day_range, bigint) is
  'Returns the usage of a range of days: of all accounts, without entries that are not sealed, or of one '
  'account.';

create function farthing.usage_costs(p_range farthing.day_range, p_account_id bigint default null)
returns table (day date, model text, origin text, feature text, charges bigint, corrections bigint,
  input_tokens bigint, cached_input_tokens bigint, cache_write_tokens bigint, output_tokens bigint,
  reasoning_tokens bigint, credits numeric, corrected_credits numeric, priced_credits numeric,
  provider_cost_usd numeric, price_in_credits numeric)
language sql stable
set search_path = ''
as $$
  select d.day, nullif(d.model, ''), d.origin, nullif(d.feature, ''), d.charges, d.corrections,
    d.input_tokens, d.cached_input_tokens, d.cache_write_tokens, d.output_tokens, d.reasoning_tokens,
    d.credits, d.corrected_credits,
    case when r.version is not null then d.credits - d.corrected_credits else 0 end,
    c.usd, c.usd * r.markup * 1000
  from farthing.usage_between(p_range, p_account_id) d
  left join farthing.rates r on r.model = d.model and r.version = d.rate_version
  cross join lateral (select
    (d.input_tokens * r.input_per_million_usd
      + d.cached_input_tokens * coalesce(r.cached_input_per_million_usd, r.input_per_million_usd)
      + d.cache_write_tokens * coalesce(r.cache_write_per_million_usd, r.input_per_million_usd)
      + d.output_tokens * r.output_per_million_usd
      + d.reasoning_tokens * coalesce(r.reasoning_per_million_usd, r.output_per_million_usd))
      * 0.000001 as usd) c
$$;
comment on function farthing.usage_costs(farthing.day_range, bigint) is
  'Returns the usage of a range with its cost. provider_cost_usd: tokens × the rate without the markup; '
  'null for charges without a rate. priced_credits: the credits of charges with a rate, less corrections. '
  'price_in_credits: the tokens priced again, which equals priced_credits.';

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
  from farthing.usage_costs(p_range, p_account_id) c
  cross join lateral (select case when 'day' = any (p_groups) then c.day end,
    case when 'model' = any (p_groups) then c.model end,
    case when 'origin' = any (p_groups) then c.origin end,
    case when 'feature' = any (p_groups) then c.feature end) k (day, model, origin, feature)
  group by grouping sets ((k.day, k.model, k.origin, k.feature), ())
  having count(*) > 0
$$;
comment on function farthing.usage_figures(farthing.day_range, bigint, text[]) is
  'Returns the rows of the report of usage, and their total: figures is the row without its share. '
  'p_groups: the columns to group by; the other ones are null.';
