-- The proof: charges have the right price and came from the right lots (rules 5, 7, 8, 12 and 19).

-- A view, because a query evaluates it in place: a function with a search_path of its own, called for each
-- charge, took most of the time of prove_prices().
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
-- A charge of a hold, a chat or a job that names no rate is an amount, and not a price.
where e.reference_type in ('usage', 'hold', 'chat', 'job') and e.metadata ? 'rate_version';
comment on view farthing.usage_prices is
  'The price of an entry''s usage at the rate version that it names, for the proof: computed without the '
  'function that charges it. Credits.';

create function farthing.prove_prices()
returns table (rule int, account_id bigint, detail text)
language sql stable
set search_path = ''
as $$
  -- One charge has one price: the sum of its parts, from several lots or as debt.
  select 12, p.account_id, format('seq %s: %s credits for %s tokens at version %s, which cost %s', min(p.seq),
    sum(p.amount), p.model, p.rate_version, p.credits)
  from farthing.usage_prices p
  group by p.account_id, p.transaction_id, p.model, p.rate_version, p.credits
  having p.credits is distinct from sum(p.amount)
$$;
comment on function farthing.prove_prices() is
  'Rule 12: each usage, charged in any way, costs exactly its tokens at the rate version that its entry '
  'names.';

create function farthing.prove_burn_down()
returns table (rule int, account_id bigint, detail text)
language sql stable
set search_path = ''
as $$
  -- Only plain charges: a settled hold takes the lots that it had reserved. A lot that was frozen, reserved
  -- or reinstated may have been skipped for that reason.
  with used as (
    select l.*, coalesce(l.expires_at, 'infinity') as until, u.came, u.ended
    from farthing.lots l
    join (select e.account_id, e.lot_id, min(e.seq) as came,
        max(e.seq) filter (where e.kind in ('debit', 'usage')) as ended
      from farthing.entries e where e.lot_id is not null group by e.account_id, e.lot_id) u
      on u.account_id = l.account_id and u.lot_id = l.lot_id
    where u.ended is not null
  )
  select 5, m.account_id, format('seq %s took from lot %s while lot %s was to go first', min(e.seq), l.lot_id,
    m.lot_id)
  from used m
  join used l on l.account_id = m.account_id and l.ended > m.came
    and (m.priority, m.until, m.source, m.created_at, m.lot_id)
      < (l.priority, l.until, l.source, l.created_at, l.lot_id)
  join farthing.entries e on e.account_id = l.account_id and e.lot_id = l.lot_id and e.seq > m.came
    and e.seq < m.ended and e.kind in ('debit', 'usage') and m.until > e.created_at
  where not exists (select from farthing.hold_lots k
      join farthing.holds h on h.account_id = k.account_id and h.hold_id = k.hold_id
      where k.account_id = m.account_id and k.lot_id = m.lot_id and h.created_at <= e.created_at
        and coalesce(h.resolved_at, 'infinity') >= e.created_at)
    and not exists (select from farthing.entries b
      where b.account_id = m.account_id and b.lot_id = m.lot_id and b.kind = 'reinstatement')
    and not exists (select from farthing.debt_payments d
      where d.account_id = m.account_id and d.lot_id = m.lot_id and d.undoes is not null)
    and (m.order_id is null or not exists (select from farthing.disputes d
        where d.account_id = m.account_id and d.order_id = m.order_id)
      and not exists (select from farthing.fraud_warnings w
        where w.account_id = m.account_id and w.order_id = m.order_id))
  group by m.account_id, l.lot_id, m.lot_id
$$;
comment on function farthing.prove_burn_down() is
  'Rule 5, as far as entries show: no plain charge took from a lot while an earlier one in burn-down order '
  'existed, from which later charges took.';

create function farthing.prove_debt()
returns table (rule int, account_id bigint, detail text)
language sql stable
set search_path = ''
as $$
  select 8, a.account_id, format('debt %s, and lot %s has %s free', a.debt, l.lot_id,
    l.remaining - l.reserved)
  from farthing.accounts a
  join farthing.lots l on l.account_id = a.account_id and l.closed_at is null and l.remaining > l.reserved
    and not l.frozen and (l.expires_at is null or l.expires_at > greatest(now(), a.last_entry_at,
      -- A hold that ends by its expiry writes no entry.
      (select max(h.resolved_at) from farthing.holds h where h.account_id = a.account_id)))
  where a.debt > 0
$$;
comment on function farthing.prove_debt() is 'Rule 8: no account has both debt and free credits.';

create function farthing.prove_caps()
returns table (rule int, account_id bigint, detail text)
language sql stable
set search_path = ''
as $$
  select 19, a.account_id, format('on %s spent %s, counted %s', s.day, e.spent, s.spent)
  from farthing.accounts a
  left join farthing.spending s on s.account_id = a.account_id
  cross join lateral (select coalesce(sum(n.amount), 0) as spent from farthing.entries n
    where n.account_id = a.account_id and n.counterparty = 'usage'
      and (n.created_at at time zone 'UTC')::date = s.day) e
  where a.daily_cap is not null and s.spent is distinct from e.spent
  union all
  select 19, a.account_id, format('a daily cap of %s: its own is %s, imposed is %s', a.daily_cap, c.own_daily,
    c.imposed_daily)
  from farthing.accounts a left join farthing.spend_caps c on c.account_id = a.account_id
  where a.daily_cap is distinct from least(c.own_daily, c.imposed_daily)
$$;
comment on function farthing.prove_caps() is
  'Rule 19: the recorded daily spending of an account with a cap is the sum of its entries of that day.';

create function farthing.prove_reserved()
returns table (rule int, account_id bigint, detail text)
language sql stable
set search_path = ''
as $$
  select 7, h.account_id, format('hold %s of %s names lots of %s', h.hold_id, h.amount, coalesce(k.kept, 0))
  from farthing.holds h
  left join (select l.account_id, l.hold_id, sum(l.amount) as kept from farthing.hold_lots l
    group by l.account_id, l.hold_id) k on k.account_id = h.account_id and k.hold_id = h.hold_id
  where k.kept is distinct from h.amount
$$;
comment on function farthing.prove_reserved() is
  'Rule 7: the lots of a hold, open or not, add up to its amount.';
