-- Feature flags: a product is on, off, or on for a part of the users. Why a bucket and not a random draw:
-- an included user stays included while the percentage grows, and in every process, because the bucket is a
-- hash of the flag's name and the user's id. Flags block only new business. Payments made already are still
-- applied, read, cancelled and refunded.

create function farthing.feature_bucket(p_name text, p_user_id uuid)
returns int
language sql immutable
set search_path = ''
as $$
  select (('x' || left(encode(sha256(convert_to(p_name || ':' || p_user_id, 'UTF8')), 'hex'), 8))::bit(32)
    ::bigint % 10000)::int
$$;
comment on function farthing.feature_bucket(text, uuid) is
  'A user''s bucket of a flag, 0 to 9999. The endpoints compute the same (feature-flags.ts); a flag at p % '
  'is on for the buckets below p * 100.';

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
  'A flag as endpoints read it. The percentage is a number, since it has at most two decimals and is not '
  'money.';
