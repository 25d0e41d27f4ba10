/**
 * A chat whose price is held, with everything that the call of the provider and the settlement
 * need.
 */
import type { z } from "@hono/zod-openapi";
import type { Ai, AiRequest } from "../_shared/adapters/ai/ai.ts";
import type { ChatAnswer } from "../_shared/contracts/ai.ts";
import type { RequestContext } from "../_shared/core/request.ts";
import type { Services } from "../_shared/http/route/app-services.ts";

export type Answer = z.output<typeof ChatAnswer>;

export interface OpenChat {
  readonly holdId: string;
  readonly idempotencyKey: string;
  readonly ai: Ai;
  readonly request: AiRequest;
  /** The prompt's tokens, as counted for the hold. */
  readonly inputTokens: number;
  /** Milliseconds for which a stream is read after its caller has left. */
  readonly patienceMs: number;
  readonly context: RequestContext;
  readonly services: Services;
  /** The start of the request, by `performance.now()`. */
  readonly startedMs: number;
}
