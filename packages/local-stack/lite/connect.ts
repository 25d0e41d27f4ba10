/**
 * The options and the connections of Auth and REST, which both come from @supabase/lite.
 * Auth's role owns the auth schema and has no other rights. REST's role is a member of anon,
 * authenticated and service_role, has no other rights, and switches to the caller's role.
 */
import type { EmailDriver } from "@supabase/lite";
import { createPostgresConnection } from "@supabase/lite/postgres";
import type { Keys } from "../core/keys.ts";

export interface LiteOptions {
  keys: Keys;
  apiUrl: string;
  /**
   * The URL with which the project's owner connects to the database, `postgresql://…`. The URLs of
   * the two roles are made from it.
   */
  databaseUrl: string;
  redirectUrls: string[];
  /** The schemas that REST serves. */
  schemas: string[];
  email: EmailDriver;
}

function urlAs(role: string, databaseUrl: string): string {
  const url = new URL(databaseUrl);
  url.username = role;
  return url.href;
}

/**
 * Connects as a role. The state "active" tells @supabase/lite that all grants exist. Without this
 * state, its first request would grant anon and authenticated all rights in every schema that has
 * row level security.
 */
export function connect(role: string, databaseUrl: string, max: number) {
  const connection = createPostgresConnection({
    url: urlAs(role, databaseUrl),
    // While the database is down, postgres.js by default waits longer after each failed attempt to
    // connect. With these limits, callers always get the error quickly.
    postgresOptions: { max, onnotice: () => {}, connect_timeout: 5, backoff: () => 0.1 },
  });
  Object.assign(connection, { rlsState: "active" });
  return connection;
}

/** The settings that Auth and REST have in common. */
export const SERVER = { admin: false, disableStudio: true, disableFallback: true };
