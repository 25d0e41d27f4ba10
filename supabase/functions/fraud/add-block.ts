import { Block, BlockBody } from "../_shared/contracts/fraud.ts";
import { sha256 } from "../_shared/core/hash.ts";
import { networkOf } from "../_shared/core/ip.ts";
import { defineRoute } from "../_shared/http/define-route.ts";
import { once } from "../_shared/http/idempotency/once.ts";
import type { Services } from "../_shared/http/app-services.ts";

type Body = (typeof BlockBody)["_output"];

/** As the database knows whom it blocks: of an address and a card only a hash. */
function subjectOf({ kind, value }: Body, services: Services): string {
  if (kind === "user") return value.toLowerCase();
  if (kind === "card") return sha256(value);
  const network = networkOf(value);
  return network === null ? value : services.hashIp(network);
}

/** Blocks a user, an address or a card; whoever is blocked already gets the new reason and end. */
export const addBlock = defineRoute({
  method: "post",
  path: "/blocked",
  summary: "Block a user, an address or a card",
  who: ["operator"],
  limit: "default",
  idempotent: true,
  body: BlockBody,
  responses: { 201: Block },
  errors: ["not_found"],
  handler: (call) =>
    once(call, "fraud_blocks_add", {
      p_kind: call.body.kind,
      p_subject: subjectOf(call.body, call.services),
      p_reason: call.body.reason,
      p_until: call.body.until,
    }),
});
