/**
 * An error response in Supabase Auth's format. Clients that send an API version get the newer
 * format.
 */
import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";

export class AuthError extends Error {
  override name = "AuthError";
  constructor(readonly status: ContentfulStatusCode, readonly code: string, message: string) {
    super(message);
  }
}

const VERSION_HEADER = "x-supabase-api-version";
const VERSION = "2024-01-01";

export function renderAuthError(c: Context, { status, code, message }: AuthError): Response {
  if ((c.req.header(VERSION_HEADER) ?? "") < VERSION) {
    return c.json({ code: status, error_code: code, msg: message }, status);
  }
  return c.json({ code, message }, status, { [VERSION_HEADER]: VERSION });
}
