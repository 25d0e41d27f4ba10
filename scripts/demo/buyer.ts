import { createClient, FunctionsHttpError } from "@supabase/supabase-js";
import { DemoError, describeRefusal, type Service } from "./service.ts";

/** A person in the browser: supabase-js with the publishable key and their own session. */
export interface Buyer {
  userId: string;
  email: string;
  get(path: string): Promise<unknown>;
  post(path: string, body: Record<string, unknown>, idempotencyKey: string): Promise<unknown>;
}

/** Signs up with a random address that no mail server knows. */
export async function signUp({ url, publishableKey }: Service): Promise<Buyer> {
  const supabase = createClient(url, publishableKey, {
    auth: { persistSession: false, autoRefreshToken: false },
  });
  const email = `demo-${crypto.randomUUID()}@example.com`;
  const { data, error } = await supabase.auth.signUp({ email, password: crypto.randomUUID() });
  if (error) throw new DemoError(`the sign-up was refused: ${error.message}`);
  if (!data.user || !data.session) {
    throw new DemoError("the sign-up gave no session: turn off e-mail confirmation for the demo");
  }

  type Options = Parameters<typeof supabase.functions.invoke>[1];
  const invoke = async (path: string, options: Options) => {
    const { data, error } = await supabase.functions.invoke(path, options);
    if (error instanceof FunctionsHttpError) {
      throw await describeRefusal(`${options?.method} /${path}`, error.context);
    }
    if (error) throw new DemoError(`${options?.method} /${path} failed: ${error.message}`);
    return data.data;
  };
  return {
    userId: data.user.id,
    email,
    get: (path) => invoke(path, { method: "GET" }),
    post: (path, body, idempotencyKey) =>
      invoke(path, { method: "POST", body, headers: { "Idempotency-Key": idempotencyKey } }),
  };
}
