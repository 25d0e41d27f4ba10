-- Usage per day, by model, rate version, origin and feature, summed when entries are sealed. A
-- charge that is paid from several lots or debt has several entries with the same tokens, so only
-- the first entry of each transaction counts tokens.

create function farthing.usage_of(p_accounts bigint[], p_after bigint[], p_upto bigint[])
returns setof farthing.usage_days
language sql stable
set search_path = ''
as $$
  select (e.created_at at time zone 'UTC')::date, e.origin, coalesce(e.metadata ->> 'model', ''),
    coalesce((e.metadata ->> 'rate_version')::int, 0), e.feature,
    count(*) filter (where e.is_first and not e.is_correction), count(*) filter (where e.is_correction),
    -- A correction's metadata has the true numbers of tokens, so the tokens of the corrected charge
    -- are subtracted.
    coalesce(sum((e.metadata ->> 'input_tokens')::bigint) filter (where e.is_first), 0)
      - coalesce(sum((e.charged ->> 'input_tokens')::bigint), 0),
    coalesce(sum((e.metadata ->> 'cached_input_tokens')::bigint) filter (where e.is_first), 0)
      - coalesce(sum((e.charged ->> 'cached_input_tokens')::bigint), 0),
    coalesce(sum((e.metadata ->> 'cache_write_tokens')::bigint) filter (where e.is_first), 0)
      - coalesce(sum((e.charged ->> 'cache_write_tokens')::bigint), 0),
    coalesce(sum((e.metadata ->> 'output_tokens')::bigint) filter (where e.is_first), 0)
      - coalesce(sum((e.charged ->> 'output_tokens')::bigint), 0),
    coalesce(sum((e.metadata ->> 'reasoning_tokens')::bigint) filter (where e.is_first), 0)
      - coalesce(sum((e.charged ->> 'reasoning_tokens')::bigint), 0),
    coalesce(sum(e.amount) filter (where not e.is_correction), 0),
    coalesce(sum(e.amount) filter (where e.is_correction), 0)
  from (
    select n.created_at, n.amount, n.metadata, n.is_first, c.is_correction,
      case when c.is_correction then 'chat' when n.kind = 'debit' then 'debit'
        when n.reference_type = 'usage' then 'caller' else n.reference_type end as origin,
      -- Most entries have no metadata of the caller, and `?` is the cheapest way to see that.
      case when n.metadata ? 'caller' and jsonb_typeof(n.metadata #> '{caller,feature}') = 'string'
        and length(n.metadata #>> '{caller,feature}') <= 64 then n.metadata #>> '{caller,feature}'
        else '' end as feature,
      case when c.is_correction then (select f.metadata
        from farthing.usage_events u
        join farthing.entries f on f.account_id = u.account_id and f.seq = u.first_seq
        where u.account_id = n.account_id and u.origin = 'chat' and u.event_id = n.reference_id) end
        as charged
    from (
      -- The entry before the range shows whether the range begins in the middle of a transaction.
      select s.account_id, s.seq, s.created_at, s.amount, s.metadata, s.kind, s.counterparty,
        s.reference_type, s.reference_id, r.after,
        s.transaction_id is distinct from lag(s.transaction_id) over (
        partition by s.account_id order by s.seq) as is_first
      from unnest(p_accounts, p_after, p_upto) r (account_id, after, upto)
      join farthing.entries s on s.account_id = r.account_id and s.seq >= r.after and s.seq <= r.upto) n
    cross join lateral (select coalesce(n.reference_type = 'chat_correction', false)) c (is_correction)
    where n.seq > n.after and (n.counterparty = 'usage' or c.is_correction)) e
  group by 1, 2, 3, 4, 5
$$;
comment on function farthing.usage_of(bigint[], bigint[], bigint[]) is
  'Returns the usage of each account''s entries after p_after, up to p_upto, as rows of '
  'usage_days. The feature is `feature` of the caller''s own metadata, if it is a text of at most '
  '64 characters.';

create function farthing.add_usage_days(p_accounts bigint[], p_after bigint[], p_upto bigint[])
returns void
language sql
set search_path = ''
as $$
  with days as materialized (
    select * from farthing.usage_of(p_accounts, p_after, p_upto)
  ), added as (
    insert into farthing.usage_features (feature, first_day)
    select d.feature, min(d.day) from days d
    where d.feature <> '' and not exists (select from farthing.usage_features f where f.feature = d.feature)
    group by d.feature order by min(d.day), d.feature
    limit (select greatest(0, 200 - count(*)) from farthing.usage_features)
    returning feature
  ), known as (
    select f.feature from farthing.usage_features f union all select a.feature from added a
  ), named as materialized (
    select d.*, case when d.feature = '' then '' else coalesce(k.feature, 'other') end as name
    from days d left join known k on k.feature = d.feature
  ), sums as (
    insert into farthing.usage_sums as u
    select s.grain, s.day, d.origin, d.model, d.rate_version, s.feature, sum(d.charges), sum(d.corrections),
      sum(d.input_tokens), sum(d.cached_input_tokens), sum(d.cache_write_tokens), sum(d.output_tokens),
      sum(d.reasoning_tokens), sum(d.credits), sum(d.corrected_credits)
    from named d cross join lateral (values ('day', d.day, ''),
      ('month', date_trunc('month', d.day::timestamp)::date, d.name)) s (grain, day, feature)
    group by 1, 2, 3, 4, 5, 6
    on conflict (grain, day, model, rate_version, origin, feature) do update
    set charges = u.charges + excluded.charges, corrections = u.corrections + excluded.corrections,
      input_tokens = u.input_tokens + excluded.input_tokens,
      cached_input_tokens = u.cached_input_tokens + excluded.cached_input_tokens,
      cache_write_tokens = u.cache_write_tokens + excluded.cache_write_tokens,
      output_tokens = u.output_tokens + excluded.output_tokens,
      reasoning_tokens = u.reasoning_tokens + excluded.reasoning_tokens,
      credits = u.credits + excluded.credits,
      corrected_credits = u.corrected_credits + excluded.corrected_credits
  )
  insert into farthing.usage_days as u
  select d.day, d.origin, d.model, d.rate_version, d.name, sum(d.charges), sum(d.corrections),
    sum(d.input_tokens), sum(d.cached_input_tokens), sum(d.cache_write_tokens), sum(d.output_tokens),
    sum(d.reasoning_tokens), sum(d.credits), sum(d.corrected_credits)
  from named d group by 1, 2, 3, 4, 5
  on conflict (day, model, rate_version, origin, feature) do update
  set charges = u.charges + excluded.charges, corrections = u.corrections + excluded.corrections,
    input_tokens = u.input_tokens + excluded.input_tokens,
    cached_input_tokens = u.cached_input_tokens + excluded.cached_input_tokens,
    cache_write_tokens = u.cache_write_tokens + excluded.cache_write_tokens,
    output_tokens = u.output_tokens + excluded.output_tokens,
    reasoning_tokens = u.reasoning_tokens + excluded.reasoning_tokens,
    credits = u.credits + excluded.credits,
    corrected_credits = u.corrected_credits + excluded.corrected_credits
$$;
comment on function farthing.add_usage_days(bigint[], bigint[], bigint[]) is
  'Adds the usage of each account''s entries after p_after, up to p_upto, to usage_days and '
  'usage_sums. seal_entries() calls it.';
