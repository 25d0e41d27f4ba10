-- Feature flags: which product is on, off, or on for a part of the users.
-- Why a bucket and not a draw: who is in stays in while the percentage grows, and is the same in every
-- process, because the bucket is a hash of the flag's name and the user's id.
-- Flags keep new business out. What was paid already is still applied, read, cancelled and refunded.

create function farthing.feature_bucket(p_name text, p_user_id uuid)
returns int
language sql immutable
set search_path = ''
as $$
  select (('x' || left(encode(sha256(convert_to(p_name || ':' || p_user_id, 'UTF8')), 'hex'), 8))::bit(32)
    ::bigint % 10000)::int
$$;
comment on function farthing.feature_bucket(text, uuid) is
  'A user''s bucket of a flag, 0 to 9999. The doors compute the same (feature-flags.ts); a flag at p % is on '
  'for the buckets below p * 100.';

create function farthing.feature_answer(p_feature farthing.features)
returns jsonb
language sql immutable
set search_path = ''
as $$
  select jsonb_build_object('name', p_feature.name, 'state', p_feature.state,
    'percentage', trim_scale(p_feature.percentage), 'changed_by', p_feature.changed_by,
    'changed_at', p_feature.changed_at)
$$;
comment on function farthing.feature_answer(farthing.features) is
  'A flag as the doors see it. The percentage is a number: two decimals at most, and no money.';
