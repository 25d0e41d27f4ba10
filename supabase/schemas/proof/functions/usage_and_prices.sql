-- The proof of usage: each usage event was charged once (rule 9), at the price of its rate (rule 12).

create function farthing.prove_usage()
returns setof farthing.violation
language plpgsql stable
set search_path = ''
as $$
begin
  return query
  with charged as (
    -- An entry of usage names its rate version. If a hold was settled with an amount and not with
    -- usage, its charge names no version.
    select e.account_id, e.seq, e.transaction_id, e.reference_id as event_id,
      case e.reference_type when 'usage' then 'caller' else e.reference_type end as origin
    from farthing.entries e
    where e.reference_id is not null and (e.reference_type in ('usage', 'chat', 'job')
      or e.reference_type = 'hold' and e.metadata ? 'rate_version')
  )
  select 9, u.account_id, format('usage event %s (%s): entries %s to %s are not its own', u.event_id,
    u.origin, u.first_seq, u.last_seq)
  from farthing.usage_events u
  left join charged c on c.account_id = u.account_id and c.seq between u.first_seq and u.last_seq
    and c.origin = u.origin::text and c.event_id = u.event_id
  group by u.account_id, u.origin, u.event_id having count(c.seq) <> coalesce(u.last_seq - u.first_seq + 1, 0)
    or (u.first_seq is null) <> bool_or(u.usage is not null)
  union all
  select 9, c.account_id, format('usage event %s (%s) was charged %s times', c.event_id, c.origin,
    count(distinct c.transaction_id))
  from charged c
  group by c.account_id, c.origin, c.event_id having count(distinct c.transaction_id) > 1
  union all
  select 9, c.account_id, format('seq %s: usage event %s (%s) is not on record', c.seq, c.event_id, c.origin)
  from charged c
  where not exists (select from farthing.usage_events u
    where u.account_id = c.account_id and u.origin::text = c.origin and u.event_id = c.event_id
      and c.seq between u.first_seq and u.last_seq);
end
$$;
comment on function farthing.prove_usage() is
  'Rule 9 for usage: each usage event was charged at most once, each recorded usage event has its '
  'charge, and each charge has its usage event.';

-- This is a view, because PostgreSQL inlines a view into the query. A function with its own
-- search_path is not inlined: called for each charge, it took most of the time of prove_prices().
create view farthing.usage_prices with (security_invoker = true) as
select e.account_id, e.seq, e.transaction_id, e.amount, e.metadata ->> 'model' as model,
  e.metadata ->> 'rate_version' as rate_version,
  (coalesce((e.metadata ->> 'input_tokens')::numeric, 0) * r.input_per_million_usd
    + coalesce((e.metadata ->> 'cached_input_tokens')::numeric, 0)
      * coalesce(r.cached_input_per_million_usd, r.input_per_million_usd)
    + coalesce((e.metadata ->> 'cache_write_tokens')::numeric, 0)
      * coalesce(r.cache_write_per_million_usd, r.input_per_million_usd)
    + coalesce((e.metadata ->> 'output_tokens')::numeric, 0) * r.output_per_million_usd
    + coalesce((e.metadata ->> 'reasoning_tokens')::numeric, 0)
      * coalesce(r.reasoning_per_million_usd, r.output_per_million_usd)) * r.markup * 0.001 as credits
from farthing.entries e
left join farthing.rates r
  on r.model = e.metadata ->> 'model' and r.version = (e.metadata ->> 'rate_version')::int
-- A charge without a rate is left out: its hold, chat or job was settled with an amount instead of
-- usage, so the charge has no price to compare.
where e.reference_type in ('usage', 'hold', 'chat', 'job') and e.metadata ? 'rate_version';
comment on view farthing.usage_prices is
  'The price, in credits, of each entry''s usage at the rate version that the entry names. The '
  'proof computes the price itself and does not call the function that charges usage, because the '
  'proof checks that function.';

create function farthing.prove_prices()
returns setof farthing.violation
language plpgsql stable
set search_path = ''
as $$
begin
  return query
  -- One charge may be split over several lots and debt. Its parts add up to one price.
  select 12, p.account_id, format('seq %s: %s credits for %s tokens at version %s, which cost %s', min(p.seq),
    sum(p.amount), p.model, p.rate_version, p.credits)
  from farthing.usage_prices p
  group by p.account_id, p.transaction_id, p.model, p.rate_version, p.credits
  having p.credits is distinct from sum(p.amount);
end
$$;
comment on function farthing.prove_prices() is
  'Rule 12: the charge of each usage is exactly the price of its tokens at the rate version that '
  'its entry names. The rule holds for every kind of charge.';
