-- The RPC functions of the rates: operators read them, and add versions.

create function farthing_public.settings_rates(p_now timestamptz default now())
returns jsonb
language sql stable security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
  select jsonb_build_object('version', farthing.settings_version('rates'),
    'rates', farthing.rates_in_force(p_now), 'history', farthing.settings_history('rates'))
$$;
grant execute on function farthing_public.settings_rates to service_role;
comment on function farthing_public.settings_rates is
  'Returns the rates in force, with the version of the list and its last changes: {version, rates, '
  'history}.';

create function farthing_public.settings_rates_set(
  p_rates jsonb, p_version text default null, p_reason text default null, p_dry_run boolean default true,
  p_author text default 'sql:' || session_user, p_idempotency_key text default null,
  p_fingerprint text default null, p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
declare
  v_answer jsonb := farthing.idempotency_find(p_idempotency_key, p_fingerprint, p_now);
  v_rates jsonb := farthing.json_argument(p_rates);
  v_changes jsonb;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  perform farthing.refuse_bad_rates(v_rates);
  lock table farthing.rates in share row exclusive mode;
  perform farthing.refuse_old_version('rates', p_version);
  select coalesce(jsonb_agg(m.change order by m.model), '[]') into v_changes
  from (select c.model, jsonb_build_object('name', c.model, 'change',
      case c.version when 1 then 'added' else 'changed' end, 'version', c.version, 'fields',
      jsonb_agg(jsonb_build_object('field', c.field, 'from', c.was, 'to', c.becomes)
        order by c.field)) as change
    from farthing.rate_changes(v_rates) c where num_nonnulls(c.was, c.becomes) > 0
    group by c.model, c.version) m;
  if not p_dry_run then
    perform farthing.begin_change(p_author, p_reason);
    perform farthing.add_rates(v_rates, p_now);
  end if;
  return farthing.idempotency_keep(p_idempotency_key, p_fingerprint, 200, jsonb_build_object(
    'version', farthing.settings_version('rates'), 'dry_run', p_dry_run, 'changes', v_changes,
    'unchanged', jsonb_array_length(v_rates) - jsonb_array_length(v_changes)), p_now);
end
$$;
grant execute on function farthing_public.settings_rates_set to service_role;
comment on function farthing_public.settings_rates_set is
  'Adds rate versions for the changes in a list as rates_import() takes it; models that the list does not '
  'name stay. Returns as settings_packages_set(). Fails invalid_request, version_conflict.';
