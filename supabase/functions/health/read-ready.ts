import type { z } from "@hono/zod-openapi";
import { type CheckState, Ready } from "../_shared/contracts/health.ts";
import { defineRoute } from "../_shared/http/route/define-route.ts";
import { ApiError } from "../_shared/core/errors.ts";
import { ok } from "../_shared/http/reply/reply.ts";
import type { Services } from "../_shared/http/route/app-services.ts";
import { oncePerInterval } from "./once-per-interval.ts";

/**
 * Returns the states of the database and of its scheduled tasks. Without the database the state of
 * the tasks is unknown and counts as `down`.
 */
async function checkDatabase({ database }: Services): Promise<[CheckState, CheckState]> {
  const answer = await database.rpc("health_database", {}).catch(() => null);
  if (!answer?.ok) return ["down", "down"];
  return ["ok", answer.runs_tasks ? "ok" : "degraded"];
}

/** Without Stripe, users cannot buy credits but can still spend them, so the service is only `degraded`. */
async function checkStripe({ payments }: Services): Promise<CheckState> {
  try {
    return await (await payments()).isReachable() ? "ok" : "degraded";
  } catch {
    return "degraded";
  }
}

type Checks = z.output<typeof Ready>["checks"];

async function check(services: Services): Promise<Checks> {
  const [[database, scheduled_tasks], jwks, stripe, redis] = await Promise.all([
    checkDatabase(services),
    services.checkKeySet(),
    checkStripe(services),
    services.checkRedis(),
  ]);
  return { database, jwks, stripe, redis, scheduled_tasks };
}

const CACHED_MS = 2_000;

const checkSometimes = oncePerInterval(CACHED_MS, check);

/**
 * Checks that this process can serve requests. Answers 503 if the database is unavailable or the
 * keys that verify users' tokens are unknown.
 */
export const readReady = defineRoute({
  method: "get",
  path: "/ready",
  summary: "Check that the service can serve requests",
  who: ["none"],
  limit: "none",
  idempotent: false,
  responses: { 200: Ready },
  handler: async ({ services }) => {
    const checks = await checkSometimes(services);
    if (checks.database === "down" || checks.jwks === "down") {
      throw new ApiError("not_ready", { details: { status: "down", checks } });
    }
    const states: CheckState[] = Object.values(checks);
    const status = states.every((state) => state === "ok") ? "ok" : "degraded";
    return ok({ status: status as CheckState, checks });
  },
});
