import { z } from "@hono/zod-openapi";
import {
  Block,
  BlockBody,
  BlockPath,
  BlocksQuery,
  ClearedWarning,
  ClearWarningBody,
  Decision,
  DecisionsQuery,
  FraudPolicy,
  FraudPolicyBody,
  Warning,
  WarningPath,
  WarningsQuery,
} from "../_shared/contracts/fraud.ts";
import { sha256 } from "../_shared/core/hash.ts";
import { networkOf } from "../_shared/core/ip-networks.ts";
import type { Services } from "../_shared/http/route/app-services.ts";
import { defineRoute } from "../_shared/http/route/define-route.ts";
import { idempotent } from "../_shared/http/idempotency/idempotent.ts";
import { ok, page } from "../_shared/http/reply/reply.ts";

/**
 * Lists the decisions about checkouts, bookings and top-ups with their reasons, newest first.
 * Decisions are stored for 90 days.
 */
export const listDecisions = defineRoute({
  method: "get",
  path: "/decisions",
  summary: "List the decisions about checkouts, bookings and top-ups",
  who: ["operator"],
  limit: "default",
  idempotent: false,
  query: DecisionsQuery,
  responses: { 200: z.array(Decision) },
  handler: async ({ query, services }) => {
    const { decisions, next_before } = await services.database.rpc("fraud_decisions_list", {
      p_user_id: query.user_id,
      p_outcome: query.outcome,
      p_before: query.cursor,
      p_limit: query.limit,
    });
    return page(decisions, next_before);
  },
});

/** Lists blocks, newest first, including those that have ended. */
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
      p_user_id: query.user_id,
    });
    return page(blocks, next_before);
  },
});

type Body = (typeof BlockBody)["_output"];

/**
 * Returns the blocked subject as the database stores it: a user's id, or the hash of an IP address
 * or a card.
 */
function subjectOf({ kind, value }: Body, services: Services): string {
  if (kind === "user") return value.toLowerCase();
  if (kind === "card") return sha256(value);
  const network = networkOf(value);
  return network === null ? value : services.hashIp(network);
}

/**
 * Blocks a user, an IP address or a card. An existing block gets the new reason and the new end
 * time.
 */
export const addBlock = defineRoute({
  method: "post",
  path: "/blocked",
  summary: "Block a user, an IP address or a card",
  who: ["operator"],
  limit: "default",
  idempotent: true,
  body: BlockBody,
  responses: { 201: Block },
  errors: ["not_found"],
  handler: (call) =>
    idempotent(call, "fraud_blocks_add", {
      p_kind: call.body.kind,
      p_subject: subjectOf(call.body, call.services),
      p_reason: call.body.reason,
      p_until: call.body.until,
    }),
});

/** Removes a block and returns it. */
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

/** Lists early fraud warnings, newest first. An open warning freezes its payment's credits. */
export const listWarnings = defineRoute({
  method: "get",
  path: "/warnings",
  summary: "List early fraud warnings",
  who: ["operator"],
  limit: "default",
  idempotent: false,
  query: WarningsQuery,
  responses: { 200: z.array(Warning) },
  handler: async ({ query, services }) => {
    const { warnings, next_before } = await services.database.rpc("warnings_list", {
      p_state: query.state,
      p_before: query.cursor,
      p_limit: query.limit,
      p_user_id: query.user_id,
    });
    return page(warnings, next_before);
  },
});

/** Marks a warning as investigated. The credits that it froze are available again. */
export const clearWarning = defineRoute({
  method: "post",
  path: "/warnings/{id}/clear",
  summary: "Clear an early fraud warning",
  who: ["operator"],
  limit: "default",
  idempotent: true,
  params: WarningPath,
  body: ClearWarningBody,
  responses: { 200: ClearedWarning },
  errors: ["not_found"],
  handler: (call) =>
    idempotent(call, "warnings_clear", {
      p_warning_id: call.params.id,
      p_reason: call.body.reason,
    }),
});

/** Reads the limits of checkouts and bookings, and the author of their last change. */
export const readPolicy = defineRoute({
  method: "get",
  path: "/policy",
  summary: "Read the limits of checkouts and bookings",
  who: ["operator"],
  limit: "default",
  idempotent: false,
  responses: { 200: FraudPolicy },
  handler: async ({ services }) => ok(await services.database.rpc("fraud_policy_read", {})),
});

/**
 * Changes the named limits. New values apply to each checkout and booking that begins after the
 * change.
 */
export const changePolicy = defineRoute({
  method: "post",
  path: "/policy",
  summary: "Change the limits of checkouts and bookings",
  who: ["operator"],
  limit: "default",
  idempotent: true,
  body: FraudPolicyBody,
  responses: { 200: FraudPolicy },
  handler: (call) =>
    idempotent(call, "fraud_policy_set", {
      p_changes: call.body,
    }),
});
