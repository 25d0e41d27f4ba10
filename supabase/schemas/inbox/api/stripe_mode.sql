-- Endpoints compare the mode of their Stripe key (test or live) with the mode of this database.

create function farthing_public.mode_check(p_livemode boolean)
returns jsonb
language plpgsql stable security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
begin
  return jsonb_build_object('livemode', farthing.require_mode(p_livemode));
end
$$;
grant execute on function farthing_public.mode_check to service_role;
comment on function farthing_public.mode_check is
  'Compares p_livemode with this database''s mode. Returns {livemode}: this database''s mode, null '
  'before the first event. Fails with mode_mismatch.';
