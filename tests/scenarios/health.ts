/** The health endpoints, the OpenAPI document, and the page that shows the document. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { Live, Ready } from "../../supabase/functions/_shared/contracts/health.ts";
import { data, get, nobody, refused, send } from "../support/project/http.ts";
import type { World } from "../support/project/world.ts";
import type { Scenario } from "./scenario.ts";

async function healthy(world: World): Promise<void> {
  deepEqual(data(await get(world, "health/live", nobody), 200, Live), { status: "ok" });
  const { status, checks } = data(await get(world, "health/ready", nobody), 200, Ready);
  deepEqual([checks.database, checks.jwks, checks.stripe], ["ok", "ok", "ok"]);
  ok(status === "ok" || checks.redis !== "ok");
}

const ROUTES = [
  "get /checkout/packages",
  "post /checkout",
  "get /checkout/orders",
  "get /checkout/orders/{id}",
  "post /stripe-webhook",
  "get /credits",
  "get /credits/entries",
  "post /credits/grants",
  "post /credits/debits",
  "post /credits/holds",
  "get /credits/holds/{id}",
  "post /credits/holds/{id}/settle",
  "post /credits/holds/{id}/release",
  "get /usage/rates",
  "post /usage/estimate",
  "post /usage",
  "post /usage/batch",
  "get /health/live",
  "get /health/ready",
  "get /health/openapi.json",
];

interface Document {
  openapi: string;
  paths: Record<string, Record<string, unknown>>;
}

async function contract(world: World): Promise<void> {
  const answer = await get(world, "health/openapi.json", nobody);
  equal(answer.status, 200);
  const document: Document = JSON.parse(answer.text);
  match(document.openapi, /^3\.1\./);
  const routes = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method} ${path}`)
  );
  for (const route of ROUTES) ok(routes.includes(route), `${route} is not in ${routes}`);
  const page = await send(`${world.url}/docs`, {});
  equal(page.status, 200);
  match(page.headers.get("content-type") ?? "", /^text\/html/);
}

async function ids(world: World): Promise<void> {
  const trace = "0af7651916cd43dd8448eb211c80319c";
  const traceparent = `00-${trace}-b7ad6b7169203331-01`;
  const kept = await get(world, "health/live", nobody, {
    "x-request-id": "mine-1234",
    traceparent,
  });
  equal(kept.headers.get("x-request-id"), "mine-1234");
  equal(kept.headers.get("traceparent")?.split("-")[1], trace);
  for (const bad of ["short", "x".repeat(65), "has space in", "line\tbreak1"]) {
    const answer = await get(world, "health/live", nobody, { "x-request-id": bad });
    match(answer.headers.get("x-request-id") ?? "", /^[0-9a-f-]{36}$/);
  }
  refused(await get(world, "health/nowhere", nobody), 404, "not_found");
  refused(await get(world, "credits/entries/x", nobody), 404, "not_found");
}

export const health: Scenario[] = [
  { name: "health is live and ready when all services answer", run: healthy },
  { name: "the OpenAPI document has every route, and a page shows it", run: contract },
  { name: "every answer carries a request id and continues a trace", run: ids },
];
