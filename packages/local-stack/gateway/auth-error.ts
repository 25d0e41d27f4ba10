/**
 * An error response in Supabase Auth's format. Clients that send an API version get the newer
 * format.
 */
import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { z } from "zod";

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

/** Returns an id from the path. @throws AuthError, as in Auth, if the text is not a UUID */
export function uuidOf(text: string | undefined, name: string): string {
  const { data } = z.guid().safeParse(text);
  if (data === undefined) throw new AuthError(404, "validation_failed", `${name} must be an UUID`);
  return data;
}
