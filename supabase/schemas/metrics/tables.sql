-- Metrics per minute, per hour, per day and of all time.

create table farthing.metrics (
  grain text not null,
  starts_at timestamptz not null,
  name text not null,
  labels text not null default '',
  count numeric(38, 9) not null,
  sum_ms numeric(38, 3) not null default 0,
  buckets bigint[] not null default '{}',
  -- The name comes before the time in the key, because every reader reads the rows of one name in a
  -- window of time.
  primary key (grain, name, starts_at, labels),
  constraint metrics_grains check (grain in ('minute', 'hour', 'day')
    or (grain = 'total' and starts_at = '-infinity')),
  constraint metrics_named check (name ~ '^[a-z][a-z0-9_]{0,59}$'),
  constraint metrics_labelled check (length(labels) <= 300 and labels !~ '[[:cntrl:]]'),
  constraint metrics_counted check (count >= 0 and sum_ms >= 0),
  constraint metrics_buckets_bounded check (cardinality(buckets) <= 165)
) with (fillfactor = 70);
-- The fillfactor leaves free space in each page for rows that are updated in place.
comment on table farthing.metrics is
  'Metrics per minute (stored for 25 hours), per hour (35 days), per day (36 days, UTC) and of all time. '
  'labels: name=value, '
  'separated by commas. count: a number of events, or an amount. sum_ms and buckets: durations; see '
  'bucket_ms(). The rows name no user and no address.';

create table farthing.metric_batches (
  batch_id uuid primary key,
  recorded_at timestamptz not null
);
comment on table farthing.metric_batches is
  'Ids of recorded batches. If the response to a batch is lost, the process sends the batch again, '
  'and the second copy is not counted. Rows are deleted after a day.';
create index metric_batches_by_age on farthing.metric_batches using brin (recorded_at);

alter table farthing.metrics enable row level security;
alter table farthing.metric_batches enable row level security;
create policy metrics_none on farthing.metrics for select to authenticated using (false);
create policy metric_batches_none on farthing.metric_batches for select to authenticated using (false);
