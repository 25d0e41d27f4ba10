import { z } from "@hono/zod-openapi";
import { Proof, ProofPath, ProofsQuery, ProofWithViolations } from "../_shared/contracts/proofs.ts";
import { defineRoute } from "../_shared/http/route/define-route.ts";
import { ok, page } from "../_shared/http/reply/reply.ts";

/** Lists the runs of the proof, newest first. */
export const listProofs = defineRoute({
  method: "get",
  path: "/",
  summary: "List runs of the proof",
  who: ["operator"],
  limit: "default",
  idempotent: false,
  query: ProofsQuery,
  responses: { 200: z.array(Proof) },
  handler: async ({ query, services }) => {
    const { proofs, next_before } = await services.database.rpc("proofs_list", {
      p_outcome: query.outcome,
      p_before: query.cursor,
      p_limit: query.limit,
    });
    return page(proofs, next_before);
  },
});

/** Reads a run of the proof with its violations. */
export const readProof = defineRoute({
  method: "get",
  path: "/{id}",
  summary: "Read a run of the proof",
  who: ["operator"],
  limit: "default",
  idempotent: false,
  params: ProofPath,
  responses: { 200: ProofWithViolations },
  errors: ["not_found"],
  handler: async ({ params, services }) =>
    ok(await services.database.rpc("proofs_read", { p_run_nr: params.id })),
});
