/** What is kept of a chat. */
import type { AiUsage } from "../_shared/adapters/ai/ai.ts";
import { aiLog } from "../_shared/adapters/ai/ai-log.ts";
import type { OpenChat } from "./open-chat.ts";

interface Ended {
  readonly text: string | null;
  readonly usage: AiUsage | null;
  readonly errorCode: string | null;
}

/** The record of `farthing.write_ai_log`. */
export function chatLog({ request, context, startedMs }: OpenChat, ended: Ended) {
  return aiLog({
    ...ended,
    kind: "chat",
    model: request.model,
    messages: request.messages,
    durationMs: performance.now() - startedMs,
    requestId: context.requestId,
    traceId: context.traceId,
  });
}
