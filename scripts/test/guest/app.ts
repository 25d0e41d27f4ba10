/**
 * An app into which the tests install Farthing. Some of its objects have the same names as
 * Farthing's, and it creates more objects later.
 */
import { ROOT } from "../../command/root.ts";

/** Objects that the app has before Farthing is installed. */
const FIRST = `
create role app_base nologin;
grant app_base to authenticated;
alter default privileges grant execute on functions to app_base;
alter default privileges grant all on tables to app_base;
alter default privileges grant all on sequences to app_base;
alter default privileges grant all on schemas to app_base;
alter default privileges grant execute on functions to anon, authenticated;
alter default privileges grant all on tables to anon, authenticated, service_role;
alter default privileges grant all on sequences to anon, authenticated, service_role;
alter default privileges grant all on schemas to anon, authenticated, service_role;
create schema realtime;
create table realtime.messages (topic text);
create function realtime.topic() returns text language sql as $$ select '' $$;
select vault.create_secret('x', 'theirs');
create table public.orders (id bigint generated always as identity primary key, total int not null);
alter table public.orders enable row level security;
create policy own on public.orders for select to authenticated using (true);
create view public.packages as select 1 as parcel;
create function public.jobs_create(p_title text) returns text language sql as $$ select p_title $$;
create function public.credits_debit(p_amount int) returns int language sql as $$ select p_amount $$;
create function public.greet() returns trigger language plpgsql as $$ begin return new; end $$;
create trigger greeted after insert on auth.users for each row execute function public.greet();
insert into public.orders (total) values (5), (7);
create extension if not exists pg_cron with schema pg_catalog;
create extension if not exists pg_net with schema extensions;
select cron.schedule('nightly', '0 3 * * *', 'select 1');
`;

/** A migration of the app with a later version than Farthing's migrations. */
const LATER = `create table public.refunds (id int primary key);`;

const FILES = {
  "20250101000000_app.sql": FIRST,
  "20250102000000_farthing_theme.sql": "create table public.theme (id int primary key);",
  "20270101000000_more.sql": LATER,
};

/**
 * Objects that the app creates after Farthing is installed. The app's front end must be able to use
 * them.
 */
export const NEXT = `
create table public.notes (id int primary key);
create function public.ping() returns int language sql as $$ select 1 $$;
`;

/** Makes a folder from which the CLI pushes migrations, without Farthing's files. */
export async function makeAppFolder(): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "farthing-guest-" });
  await Deno.mkdir(`${folder}/supabase/migrations`, { recursive: true });
  await Deno.writeTextFile(`${folder}/supabase/config.toml`, `project_id = "app"\n`);
  for (const [file, text] of Object.entries(FILES)) {
    await Deno.writeTextFile(`${folder}/supabase/migrations/${file}`, text);
  }
  return folder;
}

/** Copies Farthing's migrations into the folder with the app's migrations. */
export async function addFarthing(folder: string): Promise<void> {
  for await (const { name } of Deno.readDir(`${ROOT}supabase/migrations`)) {
    const to = `${folder}/supabase/migrations/${name}`;
    await Deno.copyFile(`${ROOT}supabase/migrations/${name}`, to);
  }
}
