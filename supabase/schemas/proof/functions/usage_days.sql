-- The proof of usage_days and usage_sums, which reports read (rule 14).

create function farthing.prove_usage_sums()
returns setof farthing.violation
language plpgsql stable
set search_path = ''
as $$
begin
  return query
  select 14, null::bigint, format('the days of usage sum up to %s, all sealed charges to %s',
    trim_scale(d.credits), trim_scale(s.amount))
  from (select coalesce(sum(u.credits), 0) as credits from farthing.usage_days u) d,
    (select coalesce(sum(e.amount), 0) as amount from farthing.entry_sums e
      where e.counterparty = 'usage') s
  where d.credits <> s.amount
  union all
  select 14, null, format('the sums of usage by %s are %s, all sealed charges %s', g.grain,
    trim_scale(g.credits), trim_scale(s.amount))
  from (select v.grain, coalesce(sum(u.credits), 0) as credits from (values ('day'), ('month')) v (grain)
      left join farthing.usage_sums u on u.grain = v.grain group by v.grain) g,
    (select coalesce(sum(e.amount), 0) as amount from farthing.entry_sums e
      where e.counterparty = 'usage') s
  where g.credits <> s.amount;
end
$$;
comment on function farthing.prove_usage_sums() is
  'Rule 14: the credits in usage_days, and those in usage_sums, equal the credits of all sealed '
  'charges.';

create function farthing.prove_usage_days()
returns setof farthing.violation
language plpgsql stable -- an SQL function would need usage_of() before it is created
set search_path = ''
as $$
begin
  return query
  with sealed as (
    select array_agg(s.account_id) as accounts, array_agg(s.seq) as upto
    from (select t.account_id, max(t.seq) as seq from farthing.entry_seals t group by t.account_id) s
  ), expected as (
    select u.day, u.origin, u.model, u.rate_version,
      case when u.feature = '' then '' else coalesce(f.feature, 'other') end as feature,
      sum(u.charges) as charges, sum(u.corrections) as corrections, sum(u.input_tokens) as input_tokens,
      sum(u.cached_input_tokens) as cached_input_tokens, sum(u.cache_write_tokens) as cache_write_tokens,
      sum(u.output_tokens) as output_tokens, sum(u.reasoning_tokens) as reasoning_tokens,
      sum(u.credits) as credits, sum(u.corrected_credits) as corrected_credits
    from sealed s
    cross join lateral farthing.usage_of(s.accounts,
      array_fill(0::bigint, array[coalesce(cardinality(s.accounts), 0)]), s.upto) u
    left join farthing.usage_features f on f.feature = u.feature
    group by 1, 2, 3, 4, 5
  )
  select 14, null::bigint, format('usage of %s on %s (%s): the day''s sums are not those of the entries',
    coalesce(nullif(coalesce(e.model, d.model), ''), 'no model'), coalesce(e.day, d.day),
    coalesce(e.origin, d.origin))
  from expected e full join farthing.usage_days d on d.day = e.day and d.origin = e.origin
    and d.model = e.model and d.rate_version = e.rate_version and d.feature = e.feature
  where (e.charges, e.corrections, e.input_tokens, e.cached_input_tokens, e.cache_write_tokens,
      e.output_tokens, e.reasoning_tokens, e.credits, e.corrected_credits)
    is distinct from (d.charges::numeric, d.corrections::numeric, d.input_tokens::numeric,
      d.cached_input_tokens::numeric, d.cache_write_tokens::numeric, d.output_tokens::numeric,
      d.reasoning_tokens::numeric, d.credits, d.corrected_credits)
  union all
  select 14, null, format('usage of %s in the %s of %s (%s): the sums are not those of the days',
    coalesce(nullif(coalesce(e.model, s.model), ''), 'no model'), coalesce(e.grain, s.grain),
    coalesce(e.day, s.day), coalesce(e.origin, s.origin))
  from (
    select g.grain, g.day, d.origin, d.model, d.rate_version, g.feature, sum(d.charges) as charges,
      sum(d.corrections) as corrections, sum(d.input_tokens) as input_tokens,
      sum(d.cached_input_tokens) as cached_input_tokens, sum(d.cache_write_tokens) as cache_write_tokens,
      sum(d.output_tokens) as output_tokens, sum(d.reasoning_tokens) as reasoning_tokens,
      sum(d.credits) as credits, sum(d.corrected_credits) as corrected_credits
    from farthing.usage_days d cross join lateral (values ('day', d.day, ''),
      ('month', d.day - extract(day from d.day)::int + 1, d.feature)) g (grain, day, feature)
    group by 1, 2, 3, 4, 5, 6) e
  full join farthing.usage_sums s on s.grain = e.grain and s.day = e.day and s.origin = e.origin
    and s.model = e.model and s.rate_version = e.rate_version and s.feature = e.feature
  where (e.charges, e.corrections, e.input_tokens, e.cached_input_tokens, e.cache_write_tokens,
      e.output_tokens, e.reasoning_tokens, e.credits, e.corrected_credits)
    is distinct from (s.charges::numeric, s.corrections::numeric, s.input_tokens::numeric,
      s.cached_input_tokens::numeric, s.cache_write_tokens::numeric, s.output_tokens::numeric,
      s.reasoning_tokens::numeric, s.credits, s.corrected_credits);
end
$$;
comment on function farthing.prove_usage_days() is
  'Rule 14: every column of usage_days is the sum over the sealed entries of the day, and every column '
  'of usage_sums is the sum over its days.';
