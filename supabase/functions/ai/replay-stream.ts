import type { Answer } from "../_shared/contracts/database/results/chats.ts";
import type { HeaderPairs, RequestContext } from "../_shared/core/current-request.ts";
import { type AnswerEvents, type Said, sseResponse } from "./sse.ts";

/** Returns the message of a stored answer as the pieces of a stream. */
function piecesOf({ content, tool_calls: calls = [] }: Answer["message"]): Said[] {
  const parts = calls.map(({ id, function: called }, index) => ({ index, id, ...called }));
  return [
    ...(content === "" && parts.length > 0 ? [] : [{ kind: "delta" as const, text: content }]),
    ...(parts.length === 0 ? [] : [{ kind: "call" as const, text: "", calls: parts }]),
  ];
}

/** Returns a stored answer as server-sent events. */
export function replayStream(
  answer: Answer,
  context: RequestContext,
  events: AnswerEvents,
  headers: Readonly<HeaderPairs> = [],
): Response {
  const pieces = piecesOf(answer.message).map((piece) => events.piece(piece));
  const all = [...pieces, events.end(answer)].filter((event) => event !== null);
  const replayed: HeaderPairs = [...headers, ["idempotency-replayed", "true"]];
  return sseResponse(new Blob(all as BlobPart[]), context, replayed);
}
