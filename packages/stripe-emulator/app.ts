import { Hono } from "hono";
import { Api } from "./api/answer-request.ts";
import { resources } from "./api/registry.ts";
import { controls } from "./control/routes.ts";
import type { Engine } from "./engine/engine.ts";
import { pages } from "./page/routes.ts";

/** Combines the API, the hosted pages and the endpoints under `/_emulator` in one Hono app. */
export function createApp(engine: Engine): Hono {
  const app = new Hono();
  const api = new Api(engine, new Map(resources.map((each) => [each.object, each.expands])));
  for (const route of resources.flatMap((each) => each.routes)) {
    app.on(route.method, route.path, (c) => api.answer(c.req.raw, route, { ...c.req.param() }));
  }
  app.route("/", controls(engine));
  app.route("/", pages(engine));
  // Unknown URLs get an error in Stripe's format, because the SDK treats a 404 in any other format
  // as a success.
  app.all("*", (c) => api.answer(c.req.raw, undefined, {}));
  return app;
}
