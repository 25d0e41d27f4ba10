-- Metrics: what the functions' processes have counted and timed, brought here in batches.
-- Why in Postgres: a process of the platform lives for minutes and cannot be asked; what it counted has to be
-- somewhere when it is gone, and the rules of the alarms are SQL. Each row is added to, never read, by who
-- writes; there are as many as routes and minutes, not as requests.
-- A duration is kept as the number of its bucket. Bounds grow by 15 % each, so a bucket's middle is at most
-- 7.3 % away from anything in it, and so is every quantile. They are laid so that the promised 120 ms is one.

create table farthing.metrics (
  grain text not null,
  starts_at timestamptz not null,
  name text not null,
  labels text not null default '',
  count numeric(38, 9) not null,
  sum_ms numeric(38, 3) not null default 0,
  buckets bigint[] not null default '{}',
  -- By name first: every reader wants one name's rows, in a window.
  primary key (grain, name, starts_at, labels),
  constraint metrics_grains check (grain in ('minute', 'hour')
    or (grain = 'total' and starts_at = '-infinity')),
  constraint metrics_named check (name ~ '^[a-z][a-z0-9_]{0,59}$'),
  constraint metrics_labelled check (length(labels) <= 300 and labels !~ '[[:cntrl:]]'),
  constraint metrics_counted check (count >= 0 and sum_ms >= 0),
  constraint metrics_buckets_bounded check (cardinality(buckets) <= 165)
) with (fillfactor = 70); -- rows are added to in place
comment on table farthing.metrics is
  'What was counted, per minute (a day), per hour (35 days) and in all. labels: name=value, commas between. '
  'count: how many, or how much. sum_ms and buckets: of durations; see bucket_ms(). No user, no address.';

create table farthing.metric_batches (
  batch_id uuid primary key,
  recorded_at timestamptz not null
);
comment on table farthing.metric_batches is
  'Batches that are in, so that one whose answer was lost is not counted twice. Kept a day.';
create index metric_batches_by_age on farthing.metric_batches using brin (recorded_at);

alter table farthing.metrics enable row level security;
alter table farthing.metric_batches enable row level security;
create policy metrics_none on farthing.metrics for select to authenticated using (false);
create policy metric_batches_none on farthing.metric_batches for select to authenticated using (false);

create function farthing.add_buckets(p_these bigint[], p_those bigint[])
returns bigint[]
language sql immutable
set search_path = ''
as $$
  select coalesce(array_agg(coalesce(this, 0) + coalesce(that, 0) order by nr), '{}')
  from unnest(p_these, p_those) with ordinality b (this, that, nr)
$$;
comment on function farthing.add_buckets(bigint[], bigint[]) is 'Two histograms in one, bucket by bucket.';

create function farthing.bucket_ms(p_nr numeric)
returns numeric
language sql immutable
set search_path = ''
as $$
  select round((120 * power(1.15::float8, p_nr - 68))::numeric, 4)
$$;
comment on function farthing.bucket_ms(numeric) is
  'The upper bound of a bucket in ms; of p_nr - 0.5 its middle. The 68th ends at 120 ms, each is 15 % above '
  'the one before. The same as in _shared/metrics/buckets.ts.';

create function farthing.slo()
returns table (core_routes text[], available numeric, fast numeric, fast_ms int, budget_days int)
language sql immutable
set search_path = ''
as $$
  select array['GET /credits', 'POST /credits/debits', 'POST /credits/holds',
      'POST /credits/holds/{id}/release', 'POST /credits/holds/{id}/settle', 'POST /send-notification',
      'POST /stripe-webhook', 'POST /usage', 'POST /usage/estimate'],
    0.995, 0.95, 120, 30
$$;
comment on function farthing.slo() is
  'What is promised of the core routes: which share is answered without an error of ours, which share '
  'within fast_ms; over how many days. The same as in _shared/metrics/slo.ts; a test compares them.';

create function farthing.label_of(p_labels text, p_name text)
returns text
language sql immutable
set search_path = ''
as $$
  select substring(',' || p_labels from ',' || p_name || '=([^,]*)')
$$;
comment on function farthing.label_of(text, text) is 'One label''s value.';

create function farthing.is_failure(p_labels text)
returns boolean
language sql immutable
set search_path = ''
as $$
  select farthing.label_of(p_labels, 'status') in ('5xx', '408')
$$;
comment on function farthing.is_failure(text) is
  'Whether requests with these labels ended in an error of ours. 408 is one: the time was ours to keep.';

create function farthing.token_costs(p_rows jsonb, p_now timestamptz)
returns table (name text, labels text, count numeric)
language sql stable
set search_path = ''
as $$
  -- Priced as they are counted, by the rate in force: a new rate changes no spend of yesterday.
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
  'What the tokens of a batch have cost at the provider, in US dollars, by model; nothing for a model '
  'without a rate.';

create function farthing.core_counts(p_rows jsonb)
returns table (name text, count numeric)
language sql stable
set search_path = ''
as $$
  -- The objectives are asked about over 30 days, every minute: three numbers an hour, and no histograms.
  select v.name, sum(v.count) from farthing.slo() s
  join jsonb_to_recordset(p_rows) r (name text, labels text, count numeric, buckets bigint[])
    on r.name = 'requests' and farthing.label_of(r.labels, 'route') = any (s.core_routes)
  cross join lateral (values ('core_requests', r.count),
    ('core_failed', case when farthing.is_failure(r.labels) then r.count else 0 end),
    -- The 68th bucket ends at fast_ms.
    ('core_slow', (select coalesce(sum(b), 0) from unnest(r.buckets[69:]) b))) v (name, count)
  group by v.name having sum(v.count) > 0
$$;
comment on function farthing.core_counts(jsonb) is
  'Of a batch''s requests those of the core routes: how many, how many failed, how many took longer than '
  'promised.';

create function public.metrics_record(
  p_batch_id uuid, p_age_ms bigint, p_rows jsonb, p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role owns no table
set search_path = pg_catalog, pg_temp
as $$
declare
  -- By our clock, since no two agree; and never further back than a process keeps what it could not send.
  v_at timestamptz := p_now - interval '1 ms' * least(greatest(p_age_ms, 0), 3600000);
  v_rows jsonb := farthing.json_argument(p_rows);
begin
  insert into farthing.metric_batches (batch_id, recorded_at) values (p_batch_id, p_now)
  on conflict do nothing;
  if not found then
    return jsonb_build_object('recorded', false);
  end if;
  insert into farthing.metrics as m (grain, starts_at, name, labels, count, sum_ms, buckets)
  select g.grain, g.starts_at, r.name, coalesce(r.labels, ''), r.count, coalesce(r.sum_ms, 0),
    coalesce(r.buckets, '{}')
  from (
    select * from jsonb_to_recordset(v_rows)
      r (name text, labels text, count numeric, sum_ms numeric, buckets bigint[])
    union all select c.name, c.labels, c.count, 0, '{}' from farthing.token_costs(v_rows, p_now) c
    union all select c.name, '', c.count, 0, '{}' from farthing.core_counts(v_rows) c) r
  cross join (values ('minute', date_trunc('minute', v_at, 'UTC')), ('hour', date_trunc('hour', v_at, 'UTC')),
    ('total', '-infinity')) g (grain, starts_at)
  -- Many processes add to the same rows: in one order they wait for each other and never in a ring.
  order by g.grain, g.starts_at, r.name collate "C", r.labels collate "C"
  on conflict (grain, name, starts_at, labels) do update set count = m.count + excluded.count,
    sum_ms = m.sum_ms + excluded.sum_ms, buckets = farthing.add_buckets(m.buckets, excluded.buckets);
  -- Where scheduled tasks stand still nothing else looks whether they do.
  perform farthing.watch_runner(p_now);
  return jsonb_build_object('recorded', true);
end
$$;
grant execute on function public.metrics_record to service_role;
comment on function public.metrics_record is
  'Adds a batch of what a process counted: rows of {name, labels, count, sum_ms?, buckets?}, counted '
  'p_age_ms ago. A batch that is known adds nothing: {recorded: false}.';

create function farthing.sweep_metrics(p_now timestamptz default now(), p_limit int default 10000)
returns int
language sql
set search_path = ''
as $$
  with counted as (
    delete from farthing.metrics m using (
      select o.grain, o.name, o.starts_at, o.labels from farthing.metrics t
      cross join (values ('minute', interval '25 hours'), ('hour', interval '35 days')) k (grain, kept)
      join farthing.metrics o
        on (o.grain, o.name, o.labels) = (k.grain, t.name, t.labels) and o.starts_at <= p_now - k.kept
      where t.grain = 'total'
      order by o.grain, o.name, o.starts_at limit p_limit for update of o skip locked) due
    where (m.grain, m.name, m.starts_at, m.labels) = (due.grain, due.name, due.starts_at, due.labels)
    returning 1
  ), batches as (
    delete from farthing.metric_batches where batch_id in (
      select batch_id from farthing.metric_batches where recorded_at <= p_now - interval '1 day'
      order by recorded_at limit p_limit for update skip locked)
    returning 1
  )
  select (select count(*) from counted)::int + (select count(*) from batches)::int
$$;
comment on function farthing.sweep_metrics(timestamptz, int) is
  'Forgets minutes after 25 hours, hours after 35 days, batches after one; returns how many rows.';
select farthing.add_task('sweep_metrics', '5 minutes');
