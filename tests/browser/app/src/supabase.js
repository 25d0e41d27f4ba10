import { createClient } from "@supabase/supabase-js";

const { VITE_SUPABASE_URL, VITE_SUPABASE_PUBLISHABLE_KEY } = import.meta.env;

export const supabase = createClient(
  VITE_SUPABASE_URL,
  VITE_SUPABASE_PUBLISHABLE_KEY,
);

/** Calls a function and returns its data. Throws the error message of a refusal. */
export async function call(path, options) {
  const { data, error } = await supabase.functions.invoke(path, options);
  if (error?.context?.json) {
    throw new Error((await error.context.json()).error.message);
  }
  if (error) throw error;
  return data.data ?? data;
}

/** Posts with a new idempotency key. */
export function post(path, body) {
  return call(path, {
    body,
    headers: { "Idempotency-Key": crypto.randomUUID() },
  });
}

export const get = (path) => call(path, { method: "GET" });
