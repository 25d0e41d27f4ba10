-- The cost of the tokens that models used, in US dollars (ai_spend_usd). The cost is computed when the
-- tokens are recorded.

create function farthing.token_costs(p_rows jsonb, p_now timestamptz)
returns table (name text, labels text, count numeric)
language sql stable
set search_path = ''
as $$
  -- Tokens are priced when they are counted, at the rate in force, so a new rate does not change
  -- yesterday's cost.
  select 'ai_spend_usd', 'model=' || r.model, sum(t.count * case t.kind
    when 'input' then r.input_per_million_usd
    when 'cached_input' then coalesce(r.cached_input_per_million_usd, r.input_per_million_usd)
    when 'reasoning' then coalesce(r.reasoning_per_million_usd, r.output_per_million_usd)
    else r.output_per_million_usd end) / 1000000
  from (select farthing.label_of(g.labels, 'model') as model,
      farthing.label_of(g.labels, 'kind') as kind, g.count
    from jsonb_to_recordset(p_rows) g (name text, labels text, count numeric) where g.name = 'ai_tokens') t
  cross join lateral (select * from farthing.rates a where a.model = t.model
    and a.effective_from <= p_now
    order by a.effective_from desc, a.version desc limit 1) r
  group by r.model
$$;
comment on function farthing.token_costs(jsonb, timestamptz) is
  'Returns the cost of the tokens in a batch of metrics, in US dollars, by model; a model without a rate '
  'has no row.';
