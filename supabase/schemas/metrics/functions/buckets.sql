-- Histograms of durations. A duration is stored as the number of its bucket. Each bound is 15 %
-- above the one before, so the middle of a bucket differs by at most 7.3 % from any duration in the
-- bucket. Every quantile has the same accuracy. The objective of 120 ms is one of the bounds.

create function farthing.add_buckets(p_these bigint[], p_those bigint[])
returns bigint[]
language sql immutable
set search_path = ''
as $$
  select coalesce(array_agg(coalesce(this, 0) + coalesce(that, 0) order by nr), '{}')
  from unnest(p_these, p_those) with ordinality b (this, that, nr)
$$;
comment on function farthing.add_buckets(bigint[], bigint[]) is 'Adds two histograms, bucket by bucket.';

create function farthing.bucket_ms(p_nr numeric)
returns numeric
language sql immutable
set search_path = ''
as $$
  select round((120 * power(1.15::float8, p_nr - 68))::numeric, 4)
$$;
comment on function farthing.bucket_ms(numeric) is
  'Returns the upper bound of bucket p_nr in ms. The middle of a bucket is bucket_ms(its number - '
  '0.5). The 68th bucket ends at 120 ms; each bound is 15 % above the one before. The numbers are '
  'the same in _shared/metrics/buckets.ts.';
