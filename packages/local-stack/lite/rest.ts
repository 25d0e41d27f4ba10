/** The REST API of @supabase/lite, which works like PostgREST's. */
import { App } from "@supabase/lite";
import type { JWTPayload } from "jose";
import { connect, type LiteOptions, SERVER } from "./connect.ts";
import { forward } from "../core/forward.ts";
import { asPostgrest } from "./postgrest-errors.ts";
import { applyRoleSettings } from "./role-settings.ts";

export interface Rest {
  /** Runs a request with these claims; `claims.role` is the database role. */
  fetch(request: Request, claims: JWTPayload): Promise<Response>;
  /** Forgets the cached schema, as PostgREST does at `notify pgrst`. */
  reload(): Promise<void>;
  close(): Promise<void>;
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
