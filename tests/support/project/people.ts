/** People who sign up through supabase-js, as the app's front end does. */
import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import { withSql } from "./database.ts";
import { type Caller, data, post } from "./http.ts";
import { Grant } from "../../../supabase/functions/_shared/contracts/credits.ts";
import { backEnd } from "./http.ts";
import type { World } from "./world.ts";

/** Their own rows, as a browser reads them. */
const dataApiOf = (supabase: SupabaseClient) => supabase.schema("farthing_public");

export interface Person {
  readonly id: string;
  readonly email: string;
  readonly password: string;
  readonly token: string;
  readonly supabase: SupabaseClient;
  readonly dataApi: ReturnType<typeof dataApiOf>;
  /** The headers of their calls. */
  readonly as: Caller;
}

/** supabase-js in a browser that forgets everything. */
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
  if (!data.user || !data.session) throw new Error("the sign-up gave no session");
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

/** The same person after they signed in again: with what the service has written of them since. */
async function signInAgain(world: World, { id, email, password }: Person): Promise<Person> {
  const supabase = browser(world);
  const { data, error } = await supabase.auth.signInWithPassword({ email, password });
  if (error) throw error;
  return person(world, supabase, id, { email, password }, data.session.access_token);
}

/** A person to whom the service has given a role. */
export async function signUpAs(world: World, role: string): Promise<Person> {
  const somebody = await signUp(world);
  await withSql(world, (sql) =>
    sql`
    update auth.users set raw_app_meta_data = raw_app_meta_data || ${sql.json({ role })}
    where id = ${somebody.id}`);
  return await signInAgain(world, somebody);
}

export const signUpOperator = (world: World) => signUpAs(world, "operator");

/** A person with promotional credits. */
export async function signUpWith(world: World, amount: string): Promise<Person> {
  const somebody = await signUp(world);
  const body = { user_id: somebody.id, amount, source: "promotional", reason: "test" };
  data(await post(world, "credits/grants", backEnd(world), body), 201, Grant);
  return somebody;
}
