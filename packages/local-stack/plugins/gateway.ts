/**
 * The API part: REST and Auth from @supabase/lite, the Edge Functions and the docs page, on one
 * port.
 */
import type { Hono } from "hono";
import type { JWTPayload } from "jose";
import type postgres from "postgres";
import { listen, type Listener } from "../core/listen.ts";
import { createGateway } from "../gateway/app.ts";
import { authAdminRoutes } from "../gateway/auth-admin.ts";
import { type Control, controlRoutes } from "../gateway/control-routes.ts";
import { demoRoutes } from "../gateway/demo-routes.ts";
import { docsRoutes, DOCUMENT_PATH } from "../gateway/docs-page.ts";
import {
  appOrigins,
  type Environment,
  functionEnvironment,
} from "../gateway/function-environment.ts";
import { writeFunctionLog } from "../gateway/function-log.ts";
import { functionFaults } from "../gateway/function-faults.ts";
import { functionRoutes } from "../gateway/function-routes.ts";
import { homeRoutes } from "../gateway/home-page.ts";
import { keySetRoutes } from "../gateway/key-set.ts";
import { sourcesOrBundles } from "../gateway/sources-or-bundles.ts";
import { createTokens } from "../gateway/user-tokens.ts";
import { createAuth } from "../lite/auth.ts";
import { createRest } from "../lite/rest.ts";
import { ignoreLostConnectionErrors } from "../lite/lost-connections.ts";
import { silenceDatabaseErrors } from "../lite/quiet-database-errors.ts";
import { renewed } from "../lite/renew-after-restart.ts";
import { deliver, leadTo, type OutgoingMail } from "../mail/auth-emails.ts";
import type { DatabaseServer } from "../postgres/database.ts";
import { type OccupiedConnections, occupiedConnections } from "../postgres/occupied-connections.ts";
import { listenAlways } from "../postgres/listen-notifications.ts";
import { databaseOf, type StackContext } from "../stack/context.ts";
import { readDemoResult, storeDemoResult } from "../stack/demo-result.ts";
import type { Plugin } from "../stack/plugin.ts";
import { readSupabaseConfig } from "../stack/supabase-config.ts";

/**
 * Returns a function that looks up claims of a user and a session. Supabase's tokens contain these
 * claims, but the tokens of @supabase/lite do not.
 */
function describer(sql: postgres.Sql) {
  return async (userId: string, sessionId: string | null): Promise<Record<string, unknown>> => {
    const [user] = await sql`
      select raw_app_meta_data as app_metadata, raw_user_meta_data as user_metadata,
             coalesce(phone, '') as phone, is_anonymous,
             coalesce((select aal from auth.sessions where id = ${sessionId}), 'aal1') as aal,
             coalesce((
               select jsonb_agg(jsonb_build_object(
                        'method', authentication_method,
                        'timestamp', floor(extract(epoch from updated_at))::integer)
                      order by updated_at desc)
                 from auth.mfa_amr_claims where session_id = ${sessionId}), '[]') as amr
        from auth.users where id = ${userId}`;
    return { ...user };
  };
}

function setEnvironment(environment: Environment): void {
  for (const [name, value] of Object.entries(environment)) Deno.env.set(name, value);
}

function databaseSwitches(
  database: DatabaseServer,
  connections: OccupiedConnections,
): Control["switches"] {
  return {
    "database/crash": () => database.crash(),
    "database/start": () => database.restart(),
    "database/fill": (body) => connections.fill(body),
    "database/release": () => connections.release(),
  };
}

/** Returns the stack's own pages, with the content that the app gives in `welcome`. */
function pagesOf(
  { keys, urls, options, log }: StackContext,
  status: Control["status"],
  functions: Hono,
) {
  const { publishableKey, secretKey } = keys;
  const { welcome, dataDir } = options;
  const readDemo = () => readDemoResult(dataDir);
  const access = { url: urls.api, publishableKey, secretKey };
  return {
    home: homeRoutes({ status, access, welcome, readDemo }),
    demo: demoRoutes((result) => storeDemoResult(dataDir, result), keys),
    docs: docsRoutes({
      keys,
      readDocument: async () => (await functions.request(DOCUMENT_PATH)).json(),
      samples: welcome?.samples?.(access),
      log,
    }),
  };
}

/** Returns the options of @supabase/lite, which serves Auth and REST. */
function liteOptions(context: StackContext, schemas: string[], siteUrl: string) {
  const { keys, urls } = context;
  const origins = appOrigins(context);
  return {
    keys,
    apiUrl: urls.api,
    databaseUrl: urls.database,
    schemas,
    redirectUrls: [siteUrl, ...origins.flatMap((origin) => [origin, `${origin}/**`])],
    email: {
      send: (message: OutgoingMail) =>
        deliver(urls.mail, leadTo(siteUrl, { from: urls.api, message })),
    },
  };
}

/** @param parts the other parts: the gateway's routes show their status, and stop and start them */
export function gatewayPlugin(parts: Control): Plugin {
  const closers: (() => Promise<unknown>)[] = [];
  let environment: Environment = {};
  let ready = "";

  async function start(context: StackContext): Promise<void> {
    const { keys, urls, options, ports } = context;
    closers.push(silenceDatabaseErrors(), ignoreLostConnectionErrors());
    closers.push(writeFunctionLog({ file: options.logFile, verbose: options.verbose }));
    environment = functionEnvironment(context);
    setEnvironment(environment);
    const sql = databaseOf(context).connectAsAuth("postgres", { max: 2 });
    closers.push(() => sql.end({ timeout: 1 }));
    const tokens = await createTokens(keys, `${urls.api}/auth/v1`, describer(sql));
    const { schemas, siteUrl = urls.api } = await readSupabaseConfig();
    const lite = liteOptions(context, schemas, siteUrl);
    const auths = renewed(() => createAuth(lite));
    const rests = renewed(() => createRest(lite));
    closers.push(() => auths.close(), () => rests.close());
    databaseOf(context).onUp(() => [auths, rests].forEach((part) => part.renew()));
    const auth = { fetch: (request: Request) => auths.answer((part) => part.fetch(request)) };
    const rest = {
      fetch: (request: Request, claims: JWTPayload) =>
        rests.answer((part) => part.fetch(request, claims)),
    };
    const reload = () => void rests.current.reload().catch(() => {});
    closers.push(await listenAlways(databaseOf(context), "pgrst", reload));
    const { loaded, isolates } = await sourcesOrBundles(options);
    if (isolates) closers.push(() => isolates.stop());
    const faults = functionFaults();
    const functions = functionRoutes(loaded, faults.meet);
    const connections = occupiedConnections(databaseOf(context));
    closers.push(connections.release);
    const keySet = keySetRoutes(keys.publicJwk);
    const own = databaseSwitches(databaseOf(context), connections);
    const switches = { ...parts.switches, ...own, ...keySet.switches, ...faults.switches };
    const control = controlRoutes({ status: parts.status, switches }, keys);
    if (isolates) control.get("/stack/isolates", (c) => c.json(isolates.counts()));
    const pages = pagesOf(context, parts.status, functions);
    const admin = authAdminRoutes(sql);
    const routes = { functions, ...pages, control, admin, keySet: keySet.app };
    const app = createGateway({ keys, tokens, auth, rest, sql, siteUrl, ...routes });
    const port = { port: ports.api, purpose: "API", offset: options.offset };
    const listener: Listener = await listen(port, app.fetch);
    closers.push(() => listener.close());
    const failed = [...loaded].filter(([, outcome]) => "failure" in outcome).map(([name]) => name);
    ready = `REST, Auth, ${loaded.size} functions${isolates ? " in isolates" : ""}` +
      (failed.length ? `; failed: ${failed.join(", ")}` : "");
  }

  return {
    name: "api",
    start,
    async stop() {
      for (const close of closers.splice(0).reverse()) await close();
      for (const name of Object.keys(environment)) Deno.env.delete(name);
      environment = {};
    },
    health: () => Promise.resolve({ ok: closers.length > 0, detail: ready }),
  };
}
