/** Users who sign up through supabase-js, as in an app's front end. */
import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import { withSql } from "./database.ts";
import { type Caller, data, post } from "./http.ts";
import { Grant } from "../../../supabase/functions/_shared/contracts/credits.ts";
import { backEnd } from "./http.ts";
import type { World } from "./world.ts";

/** A client of the data API, through which a browser reads the user's own rows. */
const dataApiOf = (supabase: SupabaseClient) => supabase.schema("farthing_public");

export interface Person {
  readonly id: string;
  readonly email: string;
  readonly password: string;
  readonly token: string;
  readonly supabase: SupabaseClient;
  readonly dataApi: ReturnType<typeof dataApiOf>;
  /** The headers of the user's requests. */
  readonly as: Caller;
}

/** Creates a client as a browser does. The client does not store its session. */
function browser({ url, publishableKey }: World): SupabaseClient {
  return createClient(url, publishableKey, {
    auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
  });
}

export async function signUp(world: World): Promise<Person> {
  const supabase = browser(world);
  const email = `test-${crypto.randomUUID()}@example.com`;
  const password = crypto.randomUUID();
  const { data, error } = await supabase.auth.signUp({ email, password });
  if (error) throw error;
  if (!data.user || !data.session) throw new Error("the sign-up returned no session");
  return person(world, supabase, data.user.id, { email, password }, data.session.access_token);
}

interface Login {
  email: string;
  password: string;
}

function person(
  { publishableKey }: World,
  supabase: SupabaseClient,
  id: string,
  login: Login,
  token: string,
): Person {
  const as = { apikey: publishableKey, authorization: `Bearer ${token}` };
  return { id, ...login, token, supabase, dataApi: dataApiOf(supabase), as };
}

/** Signs the user in again, so that the token contains the current role. */
async function signInAgain(world: World, { id, email, password }: Person): Promise<Person> {
  const supabase = browser(world);
  const { data, error } = await supabase.auth.signInWithPassword({ email, password });
  if (error) throw error;
  return person(world, supabase, id, { email, password }, data.session.access_token);
}

/** Signs a user up and gives the user a role. */
export async function signUpAs(world: World, role: string): Promise<Person> {
  const somebody = await signUp(world);
  await withSql(world, (sql) =>
    sql`
    update auth.users set raw_app_meta_data = raw_app_meta_data || ${sql.json({ role })}
    where id = ${somebody.id}`);
  return await signInAgain(world, somebody);
}

/**
 * Returns the user with a token of the level `aal2`. Enrols no factor, but writes to the database
 * what Auth writes when a session has verified a factor.
 */
export async function withSecondFactor(world: World, somebody: Person): Promise<Person> {
  const { session_id } = JSON.parse(atob(somebody.token.split(".")[1]!.replace(/[-_]/g, plain)));
  await withSql(world, (sql) =>
    sql`
    update auth.sessions set aal = 'aal2' where id = ${session_id}`);
  const { supabase, id, email, password } = somebody;
  const { data, error } = await supabase.auth.refreshSession();
  if (error) throw error;
  return person(world, supabase, id, { email, password }, data.session!.access_token);
}

/** Converts a character of base64url to base64. */
const plain = (character: string) => character === "-" ? "+" : "/";

/** Signs up an operator. The token says that the operator has verified a second factor. */
export async function signUpOperator(world: World): Promise<Person> {
  return await withSecondFactor(world, await signUpAs(world, "operator"));
}

/** Signs a user up and grants promotional credits. */
export async function signUpWith(world: World, amount: string): Promise<Person> {
  const somebody = await signUp(world);
  const body = { user_id: somebody.id, amount, source: "promotional", reason: "test" };
  data(await post(world, "credits/grants", backEnd(world), body), 201, Grant);
  return somebody;
}
