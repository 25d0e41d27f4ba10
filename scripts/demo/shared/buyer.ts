import { createClient, FunctionsHttpError } from "@supabase/supabase-js";
import { DemoError, describeRefusal, type Service } from "./service.ts";

const NOT_MODIFIED = 304;

/** A user in a browser: supabase-js with the publishable key and the user's own Auth session. */
export interface Buyer {
  userId: string;
  email: string;
  get(path: string): Promise<unknown>;
  post(path: string, body: Record<string, unknown>, idempotencyKey: string): Promise<unknown>;
  /**
   * Returns the complete answer. `data` is the body as supabase-js returns it: a JSON value, a
   * text, or the Response of an event stream.
   */
  ask(path: string, options: AskOptions): Promise<Answer>;
}

export interface AskOptions {
  method: "GET" | "POST" | "DELETE";
  headers?: Record<string, string>;
  body?: Record<string, unknown>;
  signal?: AbortSignal;
}

export interface Answer {
  status: number;
  headers: Headers;
  data: unknown;
}

/** Signs up with a random address at example.com. */
export async function signUp({ url, publishableKey }: Service): Promise<Buyer> {
  const supabase = createClient(url, publishableKey, {
    auth: { persistSession: false, autoRefreshToken: false },
  });
  const email = `demo-${crypto.randomUUID()}@example.com`;
  const { data, error } = await supabase.auth.signUp({ email, password: crypto.randomUUID() });
  if (error) throw new DemoError(`the sign-up was refused: ${error.message}`);
  if (!data.user || !data.session) {
    throw new DemoError(
      "the sign-up returned no session: turn off email confirmation for the demo",
    );
  }

  const ask = async (path: string, options: AskOptions): Promise<Answer> => {
    const { data, error, response } = await supabase.functions.invoke(path, options);
    // supabase-js treats every answer except 2xx as an error, but a 304 is not an error.
    if (error instanceof FunctionsHttpError && error.context.status !== NOT_MODIFIED) {
      throw await describeRefusal(`${options.method} /${path}`, error.context);
    }
    if (!response) throw new DemoError(`${options.method} /${path} failed: ${error?.message}`);
    return { status: response.status, headers: response.headers, data };
  };
  const dataOf = async (path: string, options: AskOptions) =>
    ((await ask(path, options)).data as { data: unknown }).data;
  return {
    userId: data.user.id,
    email,
    ask,
    get: (path) => dataOf(path, { method: "GET" }),
    post: (path, body, idempotencyKey) =>
      dataOf(path, { method: "POST", body, headers: { "Idempotency-Key": idempotencyKey } }),
  };
}
