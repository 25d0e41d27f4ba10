-- Turns JSON strings into JSON objects. @supabase/lite stores documents as JSON strings, but
-- Supabase stores them as JSON objects, and row level security policies read the objects' fields.

create or replace function auth.objects_not_strings() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if tg_table_name = 'identities' then
    if jsonb_typeof(new.identity_data) = 'string' then
      new.identity_data := (new.identity_data #>> '{}')::jsonb;
    end if;
    return new;
  end if;
  if jsonb_typeof(new.raw_app_meta_data) = 'string' then
    new.raw_app_meta_data := (new.raw_app_meta_data #>> '{}')::jsonb;
  end if;
  if jsonb_typeof(new.raw_user_meta_data) = 'string' then
    new.raw_user_meta_data := (new.raw_user_meta_data #>> '{}')::jsonb;
  end if;
  return new;
end
$$;

create or replace trigger objects_not_strings before insert or update on auth.users
  for each row execute function auth.objects_not_strings();
create or replace trigger objects_not_strings before insert or update on auth.identities
  for each row execute function auth.objects_not_strings();

grant all on all tables in schema auth to postgres;
