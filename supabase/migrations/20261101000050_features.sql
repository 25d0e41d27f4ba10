-- Feature flags: which product is on, off, or on for a part of the users.
-- Why a bucket and not a draw: who is in stays in while the percentage grows, and is the same in every
-- process, because the bucket is a hash of the flag's name and the user's id.
-- Flags keep new business out. What was paid already is still applied, read, cancelled and refunded.

create table farthing.features (
  name text primary key,
  state text not null default 'off',
  percentage numeric(5, 2) not null default 0,
  changed_by text,
  changed_at timestamptz not null default now(),
  constraint features_names check (name ~ '^[a-z][a-z0-9_]{0,39}$'),
  constraint features_states check (state in ('off', 'on', 'percentage')),
  constraint features_percentage_bounded check (percentage between 0 and 100),
  constraint features_text_bounded check (length(changed_by) <= 255)
);
comment on table farthing.features is
  'One flag a product: off, on, or on for a percentage of users. percentage counts in that state alone.';
alter table farthing.features enable row level security;
create policy features_none on farthing.features for select to authenticated using (false);

insert into farthing.features (name, state) values ('b2c', 'on'), ('b2b', 'on');

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

create function public.features_read()
returns jsonb
language sql stable security definer -- service_role owns no table
set search_path = pg_catalog, pg_temp
as $$
  select coalesce(jsonb_agg(farthing.feature_answer(f) order by f.name), '[]') from farthing.features f
$$;
grant execute on function public.features_read to service_role;
comment on function public.features_read is
  'All flags: [{name, state, percentage, changed_by, changed_at}].';

create function public.features_set(
  p_name text, p_state text, p_percentage numeric default null,
  p_author text default 'sql:' || session_user, p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role owns no table
set search_path = pg_catalog, pg_temp
as $$
declare
  v_feature farthing.features;
begin
  if p_state is null or p_state not in ('off', 'on', 'percentage') then
    perform farthing.fail('invalid_request', 'A flag is off, on or percentage.', null, 'state');
  end if;
  if (p_state = 'percentage') <> (p_percentage is not null) then
    perform farthing.fail('invalid_request', 'A percentage belongs to the state percentage, and to no other.',
      null, 'percentage');
  end if;
  if p_percentage not between 0 and 100 or p_percentage <> round(p_percentage, 2) then
    perform farthing.fail('invalid_request', 'A percentage is 0 to 100, with two decimals at most.', null,
      'percentage');
  end if;
  update farthing.features
  set state = p_state, percentage = coalesce(p_percentage, 0), changed_by = p_author, changed_at = p_now
  where name = p_name returning * into v_feature;
  if v_feature.name is null then
    perform farthing.fail('not_found', 'There is no such feature.', null, 'name');
  end if;
  return farthing.feature_answer(v_feature);
end
$$;
grant execute on function public.features_set to service_role;
comment on function public.features_set is
  'Switches a flag; said twice it is the same. Returns the flag. Fails not_found, invalid_request.';
