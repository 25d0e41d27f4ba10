-- Feature flags: a product is on, off, or on for a part of the users. A user's bucket is a hash of
-- the flag's name and the user's id, not a random draw: so each process computes the same bucket,
-- and a user who is included stays included while the percentage grows. Flags block only new
-- business. Payments that are already made are still applied, read, cancelled and refunded.

create function farthing.feature_bucket(p_name text, p_user_id uuid)
returns int
language sql immutable
set search_path = ''
as $$
  select (('x' || left(encode(sha256(convert_to(p_name || ':' || p_user_id, 'UTF8')), 'hex'), 8))::bit(32)
    ::bigint % 10000)::int
$$;
comment on function farthing.feature_bucket(text, uuid) is
  'Returns a user''s bucket of a flag, from 0 to 9999. feature-flags.ts computes the same bucket for the '
  'endpoints. A flag at p % is on for the buckets below p * 100.';

create function farthing.feature_is_on(p_name text, p_user_id uuid)
returns boolean
language sql stable
set search_path = ''
as $$
  select exists (select from farthing.features f where f.name = p_name and (f.state = 'on'
    or f.state = 'percentage' and farthing.feature_bucket(f.name, p_user_id) < f.percentage * 100))
$$;
comment on function farthing.feature_is_on(text, uuid) is
  'Returns whether a flag is on for a user, as feature-flags.ts computes it for the endpoints.';

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
  'Returns a flag in the API''s form. The percentage is a JSON number, because it is not money and has '
  'at most two decimals.';
