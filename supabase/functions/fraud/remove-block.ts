import { Block, BlockPath } from "../_shared/contracts/fraud.ts";
import { defineRoute } from "../_shared/http/define-route.ts";
import { ok } from "../_shared/http/reply.ts";

/** Lifts a block; answers with what it was. */
export const removeBlock = defineRoute({
  method: "delete",
  path: "/blocked/{id}",
  summary: "Lift a block",
  who: ["operator"],
  limit: "default",
  idempotent: false,
  params: BlockPath,
  responses: { 200: Block },
  errors: ["not_found"],
  handler: async ({ params, services }) =>
    ok(await services.database.rpc("fraud_blocks_remove", { p_block_id: params.id })),
});
