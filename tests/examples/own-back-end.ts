/** The back end of an example identifies the user by the access token alone. */
import { deepEqual } from "node:assert/strict";
import { signsUp } from "./app-page.ts";
import { tokenOf, userIdOf } from "./session.ts";
import type { Visit } from "./visit.ts";

/** Requests a picture, with the page's cookies. Returns the response's status and error code. */
async function paints({ page, origin }: Visit, token?: string): Promise<[number, string]> {
  const headers: Record<string, string> = token ? { authorization: `Bearer ${token}` } : {};
  const answer = await page.request.post(`${origin}/api/pictures`, { headers });
  return [answer.status(), (await answer.json()).error.code];
}

/**
 * Only the user's token is accepted. A request without a token gets 401, even with the cookies, and
 * a forged token gets 401, too.
 */
export async function knowsItsUser(visit: Visit): Promise<void> {
  deepEqual(await paints(visit), [401, "unauthenticated"]);
  await signsUp(visit.page, visit.origin);
  deepEqual(await paints(visit), [401, "unauthenticated"]);
  deepEqual(await paints(visit, await tokenOf(visit)), [402, "insufficient_credits"]);
  const claims = btoa(JSON.stringify({ sub: await userIdOf(visit), exp: 9_999_999_999 }));
  const forged = `${btoa('{"alg":"HS256"}')}.${claims}.c2lnbmVk`;
  deepEqual(await paints(visit, forged), [401, "unauthenticated"]);
}
