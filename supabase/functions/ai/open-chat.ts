/** A chat whose price is held: all that calling the provider and closing the chat take. */
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
  /** The prompt as it was counted, and held. */
  readonly inputTokens: number;
  /** For how long a stream is read on when its caller has left. */
  readonly patienceMs: number;
  readonly context: RequestContext;
  readonly services: Services;
  /** By `performance.now()`. */
  readonly startedMs: number;
}
