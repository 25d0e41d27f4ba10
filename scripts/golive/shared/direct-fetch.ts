/**
 * A fetch for requests that carry a secret key. It never follows a redirect. If a host does not
 * answer, the error contains the host's name.
 */
import { UnreachableError } from "../core/unreachable.ts";

/**
 * Refuses redirects. The plain fetch follows a redirect and sends the header `apikey` along, so
 * another host would get the secret key.
 * @throws UnreachableError if the host does not answer
 * @throws Error if the response is a redirect
 */
export async function directFetch(
  input: string | URL | Request,
  init?: RequestInit,
): Promise<Response> {
  const { host } = new URL(input instanceof Request ? input.url : input);
  const response = await fetch(input, { ...init, redirect: "manual" }).catch((error: Error) => {
    throw new UnreachableError(host, error);
  });
  if (response.status < 300 || response.status > 399 || response.status === 304) return response;
  await response.body?.cancel();
  throw new Error(
    `${host} answers with a redirect (${response.status}), which would take the key to another ` +
      "address: set SUPABASE_URL to the project's own address.",
  );
}
