/** Creates the callers of a load test: signed in, and with credits to spend. */
import { createClient } from "@supabase/supabase-js";
import { DemoError, describeRefusal, type Service } from "../demo/shared/service.ts";

export interface Person {
  readonly id: string;
  /** The headers of the person's requests. */
  readonly as: Readonly<Record<string, string>>;
  /** The person's jobs, newest last, each with the ETag to send with the next poll. */
  readonly jobs: { id: string; etag: string }[];
}

/** More credits than any person can spend during a load test. */
const CREDITS = "1000000";
/** How many people sign up concurrently. */
const AT_ONCE = 4;

const QUIET = { auth: { persistSession: false, autoRefreshToken: false } };

async function signUp({ url, publishableKey }: Service) {
  const supabase = createClient(url, publishableKey, QUIET);
  const login = { email: `load-${crypto.randomUUID()}@example.com`, password: crypto.randomUUID() };
  const { data, error } = await supabase.auth.signUp(login);
  if (error) throw new DemoError(`the sign-up was refused: ${error.message}`);
  if (!data.user || !data.session) {
    throw new DemoError("the sign-up returned no session: turn off email confirmation");
  }
  const { id } = data.user;
  return { id, token: data.session.access_token };
}

const headersOf = ({ publishableKey }: Service, token: string) => ({
  apikey: publishableKey,
  authorization: `Bearer ${token}`,
});

/**
 * Grants credits with the secret key, because the project's policy limits how much an operator may
 * grant, and this amount is larger.
 */
async function grant({ url, secretKey }: Service, userId: string): Promise<void> {
  const body = { user_id: userId, amount: CREDITS, source: "promotional", reason: "load test" };
  const answer = await fetch(`${url}/functions/v1/credits/grants`, {
    method: "POST",
    headers: {
      apikey: secretKey,
      "content-type": "application/json",
      "idempotency-key": crypto.randomUUID(),
    },
    body: JSON.stringify(body),
  });
  if (answer.status !== 201) throw await describeRefusal("POST /credits/grants", answer);
  await answer.body?.cancel();
}

/** @param each is called with the number of people who are ready so far */
export async function gather(
  service: Service,
  count: number,
  each: (ready: number) => void,
): Promise<Person[]> {
  const people: Person[] = [];
  let begun = 0;
  const lane = async () => {
    while (begun < count) {
      begun++;
      const { id, token } = await signUp(service);
      await grant(service, id);
      people.push({ id, as: headersOf(service, token), jobs: [] });
      each(people.length);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  return people;
}
