import { Live } from "../_shared/contracts/health.ts";
import { defineRoute } from "../_shared/http/define-route.ts";
import { ok } from "../_shared/http/reply.ts";

/** Answers as long as the process runs; looks at nothing. */
export const readLive = defineRoute({
  method: "get",
  path: "/live",
  summary: "Check that the process runs",
  who: ["none"],
  limit: "none",
  idempotent: false,
  responses: { 200: Live },
  handler: () => Promise.resolve(ok({ status: "ok" as const })),
});
