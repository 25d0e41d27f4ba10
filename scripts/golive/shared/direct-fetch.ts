/** A fetch for requests that carry a secret key: it never follows a redirect. */

/**
 * fetch itself sends the header `apikey` on to wherever a redirect points, and so would hand the
 * secret key to another host.
 * @throws Error if the answer is a redirect
 */
export async function directFetch(
  input: string | URL | Request,
  init?: RequestInit,
): Promise<Response> {
  const response = await fetch(input, { ...init, redirect: "manual" });
  if (response.status < 300 || response.status > 399 || response.status === 304) return response;
  await response.body?.cancel();
  const { host } = new URL(input instanceof Request ? input.url : input);
  throw new Error(
    `${host} answers with a redirect (${response.status}), which would take the key to another ` +
      "address: set SUPABASE_URL to the project's own address.",
  );
}
