-- The RPC functions of feature flags: everyone reads them, and operators set them.

create function farthing_public.features_read()
returns jsonb
language sql stable security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
  select coalesce(jsonb_agg(farthing.feature_answer(f) order by f.name), '[]') from farthing.features f
$$;
grant execute on function farthing_public.features_read to service_role;
comment on function farthing_public.features_read is
  'Returns all flags: [{name, state, percentage, changed_by, changed_at}].';

create function farthing_public.features_set(
  p_name text, p_state text, p_percentage numeric default null,
  p_author text default 'sql:' || session_user, p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
declare
  v_feature farthing.features;
begin
  perform farthing.require_operator(p_author);
  if p_state is null or p_state not in ('off', 'on', 'percentage') then
    perform farthing.fail('invalid_request', '`state` must be `off`, `on` or `percentage`.', null, 'state');
  end if;
  if (p_state = 'percentage') <> (p_percentage is not null) then
    perform farthing.fail('invalid_request',
      'Send `percentage` if `state` is `percentage`, and leave `percentage` out otherwise.', null,
      'percentage');
  end if;
  if p_percentage not between 0 and 100 or p_percentage <> round(p_percentage, 2) then
    perform farthing.fail('invalid_request',
      'percentage must be between 0 and 100, with at most two decimals.', null, 'percentage');
  end if;
  perform farthing.allow_change(p_author, null);
  update farthing.features
  set state = p_state, percentage = coalesce(p_percentage, 0), changed_by = p_author, changed_at = p_now
  where name = p_name returning * into v_feature;
  if v_feature.name is null then
    perform farthing.fail('not_found', 'There is no such feature.', null, 'name');
  end if;
  return farthing.feature_answer(v_feature);
end
$$;
grant execute on function farthing_public.features_set to service_role;
comment on function farthing_public.features_set is
  'Sets a flag, and returns it. Fails with not_found, forbidden, invalid_request.';
