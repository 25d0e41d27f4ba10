/** Answers of supabase-js' auth client. */

/** The part of an answer that is read here: the error. */
export type AuthAnswer = {
  error: { code?: unknown; status?: unknown; message?: string } | null;
};

/** Returns the status and the code of a refused call. */
export async function refusal(call: Promise<AuthAnswer>): Promise<unknown[]> {
  const { error } = await call;
  return [error?.status, error?.code];
}
