/** Signs people in with the project's auth service. */
import { AuthClient } from "@supabase/auth-js";
import type { Project } from "../check-project.ts";

export type Auth = InstanceType<typeof AuthClient>;

export function authOf({ url, publishableKey }: Project): Auth {
  return new AuthClient({
    url: `${url}/auth/v1`,
    headers: { apikey: publishableKey },
    // Consoles of two projects on one static host must not share a session.
    storageKey: `farthing-console ${url}`,
    flowType: "pkce",
  });
}
