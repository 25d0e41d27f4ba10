/** Serves REST, Auth, the Edge Functions and the docs page at one address, as Supabase does. */
import { Hono } from "hono";
import { type AuthParts, authRoutes } from "./auth-routes.ts";
import { type GatewayEnv, identify, restRefusal } from "./callers.ts";
import { authCors, restCors } from "./cors.ts";
import { landingRoutes } from "./landing-pages.ts";
import type { Rest } from "../lite/rest.ts";

export interface GatewayParts extends AuthParts {
  rest: Pick<Rest, "fetch">;
  functions: Hono;
  docs: Hono;
  home: Hono;
  demo: Hono;
  control: Hono;
  keySet: Hono;
}

export function createGateway(parts: GatewayParts): Hono<GatewayEnv> {
  const { keys, tokens, rest } = parts;
  const app = new Hono<GatewayEnv>();
  app.onError((error, c) => {
    const message = "the local gateway failed; see the stack's output";
    return c.json({ code: "GATEWAY_ERROR", message, hint: error.message }, 500);
  });
  app.route("/", parts.home);
  app.route("/", parts.demo);
  app.route("/", parts.control);
  app.use("/auth/v1/*", authCors);
  app.use("/rest/v1/*", restCors);
  app.use("/rest/v1/*", identify(keys, tokens, restRefusal));
  app.all("/rest/v1/*", (c) => {
    const { keyRole, user } = c.var.caller ?? { keyRole: "anon" };
    return rest.fetch(c.req.raw, user ?? { role: keyRole });
  });
  app.route("/", parts.keySet);
  app.route("/", authRoutes(parts));
  app.route("/", parts.functions);
  app.route("/", parts.docs);
  app.route("/", landingRoutes());
  app.notFound((c) => c.json({ message: "no Route matched with those values" }, 404));
  return app;
}
