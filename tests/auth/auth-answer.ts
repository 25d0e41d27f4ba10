/** Answers of supabase-js' auth client. */

/** An answer of which only the error matters here. */
export type AuthAnswer = {
  error: { code?: unknown; status?: unknown; message?: string } | null;
};

/** Returns the status and the code of a refused call. */
export async function refusal(call: Promise<AuthAnswer>): Promise<unknown[]> {
  const { error } = await call;
  return [error?.status, error?.code];
}
