-- Emulator of Supabase Vault for a server without the compiled extension: the same table, view and
-- signatures. It only encodes secrets, because a local stack has no secrets that need encryption.
-- As on Supabase, the column `secret` does not contain the plain text.

create table vault.secrets (
  id uuid primary key default gen_random_uuid(),
  name text,
  description text not null default '',
  secret text not null,
  key_id uuid,
  nonce bytea default decode(replace(gen_random_uuid()::text, '-', ''), 'hex'),
  created_at timestamptz not null default current_timestamp,
  updated_at timestamptz not null default current_timestamp
);
create unique index on vault.secrets (name) where name is not null;

create view vault.decrypted_secrets as
select s.id, s.name, s.description, s.secret,
       convert_from(decode(s.secret, 'base64'), 'utf8') as decrypted_secret,
       s.key_id, s.nonce, s.created_at, s.updated_at
  from vault.secrets s;

create function vault._encode(p_secret text) returns text
language sql immutable set search_path = '' as $$
  select encode(convert_to(p_secret, 'utf8'), 'base64')
$$;

-- Since version 0.3, Vault ignores new_key_id. The emulator ignores it, too.
create function vault.create_secret(new_secret text, new_name text default null,
  new_description text default '', new_key_id uuid default null) returns uuid
language sql security definer set search_path = pg_catalog, pg_temp as $$
  insert into vault.secrets (secret, name, description)
  values (vault._encode(new_secret), new_name, new_description)
  returning id
$$;

create function vault.update_secret(secret_id uuid, new_secret text default null,
  new_name text default null, new_description text default null, new_key_id uuid default null)
returns void
language sql security definer set search_path = pg_catalog, pg_temp as $$
  update vault.secrets s
     set secret = coalesce(vault._encode(new_secret), s.secret),
         name = coalesce(new_name, s.name),
         description = coalesce(new_description, s.description),
         updated_at = now()
   where s.id = secret_id
$$;

-- PUBLIC gets no rights on the vault. sql/bootstrap.sql grants postgres the rights that it has on
-- Supabase.
revoke all on schema vault from public;
revoke all on all tables in schema vault from public;
revoke execute on all functions in schema vault from public;

select pg_catalog.pg_extension_config_dump('vault.secrets', '');
