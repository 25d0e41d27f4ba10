import { z } from "@hono/zod-openapi";
import { Block, BlocksQuery } from "../_shared/contracts/fraud.ts";
import { defineRoute } from "../_shared/http/define-route.ts";
import { page } from "../_shared/http/reply.ts";

/** Who is blocked, newest first; blocks whose time is over are still listed. */
export const listBlocks = defineRoute({
  method: "get",
  path: "/blocked",
  summary: "List the blocks",
  who: ["operator"],
  limit: "default",
  idempotent: false,
  query: BlocksQuery,
  responses: { 200: z.array(Block) },
  handler: async ({ query, services }) => {
    const { blocks, next_before } = await services.database.rpc("fraud_blocks_list", {
      p_before: query.cursor,
      p_limit: query.limit,
    });
    return page(blocks, next_before);
  },
});
