/**
 * One of the HTTP servers that the benchmark compares, in a process of its own. It prints its port
 * on standard error.
 */
import { Hono } from "hono";
import { Live } from "../../supabase/functions/_shared/contracts/health.ts";
import { createApp } from "../../supabase/functions/_shared/http/app.ts";
import { defineRoute } from "../../supabase/functions/_shared/http/route/define-route.ts";
import { baseHeaders } from "../../supabase/functions/_shared/http/reply/headers.ts";
import { ok } from "../../supabase/functions/_shared/http/reply/reply.ts";
import { startContext } from "../../supabase/functions/_shared/core/start-request.ts";
import { createPayments } from "../../supabase/functions/_shared/adapters/stripe/create-payments.ts";
import { PUBLISHABLE_KEY, SECRET_KEY } from "../../tests/support/functions/project.ts";
import { createApp as createWebhook } from "../../supabase/functions/stripe-webhook/app.ts";
import { WEBHOOK_SECRET } from "../storm/stripe-events.ts";
import { makeServices } from "./bench-services.ts";

/** A body with the same length as the answer of the product's route. */
const BODY = JSON.stringify({
  success: true,
  data: { status: "ok" },
  metadata: {
    requestId: crypto.randomUUID(),
    traceId: crypto.randomUUID().replaceAll("-", ""),
    timestamp: new Date().toISOString(),
  },
});
const HEADERS = { "content-type": "application/json; charset=utf-8" };
/** As many headers as the product's route sends, and of the same lengths. */
const OUR_HEADERS = baseHeaders(startContext(new Headers())).concat(Object.entries(HEADERS));

const common = {
  method: "get",
  summary: "Do nothing",
  limit: "none",
  idempotent: false,
  responses: { 200: Live },
} as const;
const answer = () => Promise.resolve(ok({ status: "ok" as const }));

type Handler = (request: Request) => Response | Promise<Response>;

interface Served {
  handler: Handler;
  /** The headers that the clients must send with each request. */
  headers?: Record<string, string>;
}

async function ours(): Promise<Served> {
  const { services, project } = await makeServices();
  const routes = [
    defineRoute({ ...common, path: "/noop", who: ["none"], handler: answer }),
    defineRoute({ ...common, path: "/me", who: ["user"], handler: answer }),
  ];
  const app = createApp("bench", routes, () => services);
  const headers = {
    authorization: `Bearer ${await project.sign()}`,
    apikey: PUBLISHABLE_KEY,
  };
  return { handler: (request) => app.fetch(request), headers };
}

/**
 * Serves the whole Stripe webhook: it verifies the signature, reads the facts, and writes the
 * inbox.
 */
async function webhook(databaseUrl: string): Promise<Served> {
  const { services } = await makeServices({ databaseUrl });
  const payments = createPayments({
    secretKey: "sk_test_bench",
    webhookSecrets: [WEBHOOK_SECRET],
  });
  const app = createWebhook(() => ({ ...services, payments: () => Promise.resolve(payments) }));
  return { handler: (request) => app.fetch(request) };
}

/**
 * Serves one handler on two paths: without limits, and with a deployment's limiter. The limiter
 * counts each request under three rate limit rules.
 */
async function limited(redisUrl: string): Promise<Served> {
  const { services } = await makeServices({ redisUrl });
  const secret = { ...common, who: ["secret"], handler: answer } as const;
  const routes = [
    defineRoute({ ...secret, path: "/free" }),
    defineRoute({ ...secret, path: "/limited", limit: "usage" }),
  ];
  const app = createApp("bench", routes, () => services);
  return { handler: (request) => app.fetch(request), headers: { apikey: SECRET_KEY } };
}

const servers: Record<string, (behind: string) => Promise<Served>> = {
  deno: () => Promise.resolve({ handler: () => new Response(BODY, { headers: HEADERS }) }),
  headed: () => Promise.resolve({ handler: () => new Response(BODY, { headers: OUR_HEADERS }) }),
  hono: () => {
    const app = new Hono().get("/bench/noop", (c) => c.body(BODY, 200, HEADERS));
    return Promise.resolve({ handler: (request) => app.fetch(request) });
  },
  ours,
  limited,
  webhook,
};

const { handler, headers } = await servers[Deno.args[0]!]!(Deno.args[1]!);
const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, handler);
const said = JSON.stringify({ port: server.addr.port, headers: headers ?? {} });
Deno.stderr.writeSync(new TextEncoder().encode(`${said}\n`));
