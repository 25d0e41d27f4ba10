/** What health answers. */
import { z } from "@hono/zod-openapi";

const State = z.enum(["ok", "degraded", "down"]);

export const Live = z.object({ status: z.literal("ok") }).openapi("Live");

/** `degraded` still serves: payments and credits never depend on what it stands for. */
export const Ready = z.object({
  status: State,
  checks: z.object({ database: State, jwks: State, stripe: State, redis: State }),
}).openapi("Ready");
