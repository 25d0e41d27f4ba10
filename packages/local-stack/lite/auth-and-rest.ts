/**
 * PostgREST and Auth, both from @supabase/lite, as two apps with a database role each. Auth's role
 * owns the auth schema and has no other rights. REST's role has only the combined rights of the
 * three request roles, and switches to the caller's role.
 */
import { App, type EmailDriver } from "@supabase/lite";
import { createPostgresConnection } from "@supabase/lite/postgres";
import type { JWTPayload } from "jose";
import { forward } from "../core/forward.ts";
import type { Keys } from "../core/keys.ts";
import { asPostgrest } from "./postgrest-errors.ts";
import { applyRoleSettings } from "./role-settings.ts";

type Fetch = (request: Request) => Promise<Response>;

export interface LiteOptions {
  keys: Keys;
  apiUrl: string;
  /** The project owner's URL, `postgresql://…`. The URLs of the two roles are made from it. */
  databaseUrl: string;
  redirectUrls: string[];
  /** The schemas that REST serves. */
  schemas: string[];
  email: EmailDriver;
}

export interface Rest {
  /** Runs a request with these claims; `claims.role` is the database role. */
  fetch(request: Request, claims: JWTPayload): Promise<Response>;
  /** Forgets the cached schema, as PostgREST does at `notify pgrst`. */
  reload(): Promise<void>;
  close(): Promise<void>;
}

export interface Auth {
  fetch: Fetch;
  close(): Promise<void>;
}

function urlAs(role: string, databaseUrl: string): string {
  const url = new URL(databaseUrl);
  url.username = role;
  return url.href;
}

/**
 * Connects as a role. "active" tells lite that all grants exist. Without it, lite's first request
 * would grant anon and authenticated all rights in every schema that has row level security.
 */
function connect(role: string, databaseUrl: string, max: number) {
  const connection = createPostgresConnection({
    url: urlAs(role, databaseUrl),
    // Without these limits, callers would wait longer for each new error while the database is
    // down.
    postgresOptions: { max, onnotice: () => {}, connect_timeout: 5, backoff: () => 0.1 },
  });
  Object.assign(connection, { rlsState: "active" });
  return connection;
}

const SERVER = { admin: false, disableStudio: true, disableFallback: true };

/** Makes Auth on /auth/v1. It signs its HS256 tokens with `keys.authSecret`. */
export function createAuth(options: LiteOptions): Auth {
  const connection = connect("supabase_auth_admin", options.databaseUrl, 4);
  const app = new App({
    connection,
    auth: {
      enabled: true,
      jwt_secret: options.keys.authSecret,
      publishable_key: options.keys.publishableKey,
      secret_key: options.keys.secretKey,
      site_url: options.apiUrl,
      additional_redirect_urls: options.redirectUrls,
      enable_signup: true,
      email: { enable_signup: true, enable_confirmations: false },
    },
    options: { server: SERVER, drivers: { email: options.email } },
  });
  return { fetch: (request) => app.fetch(request), close: () => connection.close() };
}

/** Makes REST on /rest/v1. It trusts the claims, which the caller must have verified. */
export function createRest(options: LiteOptions): Rest {
  const connection = connect("farthing_rest", options.databaseUrl, 8);
  applyRoleSettings(connection);
  const callers = new WeakMap<Request, JWTPayload>();
  const app = new App({
    connection,
    api: { enabled: true, schemas: options.schemas, max_rows: 1000 },
    auth: { enabled: true, jwt_secret: options.keys.authSecret },
    options: {
      server: {
        ...SERVER,
        apiKeys: {
          resolver: (_key, c) => {
            const claims = callers.get(c.req.raw);
            if (!claims) return Promise.resolve(null);
            return Promise.resolve({ type: "publishable", claims: { role: "anon", ...claims } });
          },
        },
      },
    },
  });
  const schema = {
    hasFunctions: async () => {
      const { functions = [] } = await connection.introspect({ useCache: true });
      return functions.length > 0;
    },
    forget: () => connection.clearSchemaCache(),
  };
  return {
    async fetch(request, claims) {
      const headers = new Headers(request.headers);
      headers.delete("authorization");
      const inner = forward(request, { headers });
      callers.set(inner, claims);
      return await asPostgrest(await app.fetch(inner), schema);
    },
    reload: schema.forget,
    close: () => connection.close(),
  };
}
