import qs from "qs";
import { invalidRequest } from "../core/errors.ts";

/** Parameters before validation: strings in nested objects and arrays. */
export type RawParams = Record<string, unknown>;

/** No request of the SDK reaches these limits. A hostile body that exceeds them gets a 400. */
const LIMITS = { depth: 12, parameterLimit: 2_000, arrayLimit: 1_000 };

/** Parses `a[b][0][c]=d`, the form encoding of Stripe's API, from a body or a query string. */
function parseForm(text: string): RawParams {
  try {
    return qs.parse(text, {
      ...LIMITS,
      plainObjects: true,
      strictDepth: true,
      throwOnLimitExceeded: true,
    });
  } catch {
    throw invalidRequest("The request has too many parameters, or they are nested too deeply.");
  }
}

/**
 * Reads the raw parameters of a request: the query for GET and DELETE, the query and the form for
 * POST.
 */
export async function readForm(request: Request): Promise<{ text: string; params: RawParams }> {
  const query = new URL(request.url).search.slice(1);
  if (request.method !== "POST") return { text: query, params: parseForm(query) };
  const body = await request.text();
  const type = request.headers.get("content-type") ?? "";
  if (body !== "" && !type.startsWith("application/x-www-form-urlencoded")) {
    throw invalidRequest(
      "Send POST parameters as application/x-www-form-urlencoded, not as " + (type || "nothing"),
    );
  }
  const text = [query, body].filter((part) => part !== "").join("&");
  return { text, params: parseForm(text) };
}
