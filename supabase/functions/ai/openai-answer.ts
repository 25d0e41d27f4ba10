/** Writes answers in the shapes of OpenAI's chat completions: whole, and as the chunks of a stream. */
import type { Answer } from "../_shared/contracts/database/results/chats.ts";
import type { OpenAiCompletion, OpenAiUsage } from "../_shared/contracts/openai.ts";
import type { HeaderPairs } from "../_shared/core/current-request.ts";
import { openAiError } from "../_shared/http/reply/openai-shape.ts";
import { holdHeader } from "./hold-header.ts";
import type { AnswerEvents, Said } from "./sse.ts";
import type { z } from "@hono/zod-openapi";

/** The fields that the chunks of one answer share. */
export interface Frame {
  readonly holdId: string;
  readonly model: string;
  readonly now: Date;
}

function frameOf({ holdId, model, now }: Frame) {
  return {
    id: `chatcmpl-${holdId}`,
    created: Math.floor(now.getTime() / 1_000),
    model,
  };
}

/** OpenAI counts cached tokens as part of the prompt, and reasoning as part of the completion. */
function usageOf({ usage }: Answer): OpenAiUsage {
  const cached_tokens = usage.cached_input_tokens ?? 0;
  const reasoning_tokens = usage.reasoning_tokens ?? 0;
  const prompt_tokens = usage.input_tokens + cached_tokens;
  const completion_tokens = usage.output_tokens + reasoning_tokens;
  return {
    prompt_tokens,
    completion_tokens,
    total_tokens: prompt_tokens + completion_tokens,
    prompt_tokens_details: { cached_tokens },
    completion_tokens_details: { reasoning_tokens },
  };
}

/** Returns the charge as headers. */
export function chargeHeaders({ hold_id, credits, balance_after }: Answer) {
  return {
    ...holdHeader(hold_id),
    "farthing-credits": credits,
    "farthing-balance": balance_after,
  };
}

/**
 * Returns the charge as a field for an event of a stream, because the headers are sent before the
 * charge is known.
 */
function chargeOf({ hold_id, credits, balance_after }: Answer) {
  return { farthing: { hold_id, credits, balance_after } };
}

/** Returns the headers of a stream. The charge is not among them, because it is not known yet. */
export function holdHeaders({ holdId, held }: { holdId: string; held: string }): HeaderPairs {
  return Object.entries({ ...holdHeader(holdId), "farthing-held": held });
}

export function completionOf(answer: Answer, frame: Frame): z.output<typeof OpenAiCompletion> {
  const { content, tool_calls } = answer.message;
  const isCallOnly = content === "" && tool_calls !== undefined;
  return {
    ...frameOf(frame),
    object: "chat.completion",
    choices: [{
      index: 0,
      message: {
        role: "assistant",
        content: isCallOnly ? null : content,
        refusal: null,
        ...(tool_calls && { tool_calls }),
      },
      logprobs: null,
      finish_reason: answer.finish_reason,
    }],
    usage: usageOf(answer),
  };
}

const encoder = new TextEncoder();

const lines = (...data: unknown[]) =>
  data.map((each) => `data: ${typeof each === "string" ? each : JSON.stringify(each)}\n\n`).join(
    "",
  );

function deltaOf(piece: Said): Record<string, unknown> | null {
  if (piece.kind !== "call") return piece.kind === "delta" ? { content: piece.text } : null;
  return {
    tool_calls: piece.calls.map(({ index, id, name, arguments: given }) => ({
      index,
      ...(id !== undefined && { id }),
      ...((id ?? name) !== undefined && { type: "function" }),
      function: { ...(name !== undefined && { name }), arguments: given },
    })),
  };
}

/**
 * Makes the events of one stream. The charge is sent only with `includeUsage`, because the chunk
 * with the charge has an empty list `choices`. A client that did not ask for such a chunk may fail
 * on it.
 */
export function openAiEvents(frame: Frame, includeUsage: boolean): AnswerEvents {
  const shared = { ...frameOf(frame), object: "chat.completion.chunk" };
  const absent = includeUsage ? { usage: null } : {};
  const chunk = (delta: Record<string, unknown>, finish_reason: string | null = null) => ({
    ...shared,
    choices: [{ index: 0, delta, logprobs: null, finish_reason }],
    ...absent,
  });
  let isFirst = true;
  return {
    piece(piece) {
      const delta = deltaOf(piece);
      if (delta === null) return null;
      const role = isFirst ? { role: "assistant" } : {};
      isFirst = false;
      return encoder.encode(lines(chunk({ ...role, ...delta })));
    },
    end(charged) {
      const last = { ...shared, choices: [], usage: usageOf(charged), ...chargeOf(charged) };
      // The first piece contains the role. If all output was reasoning, no piece was sent, so this
      // chunk contains the role: OpenAI's SDK refuses an answer without a role.
      const end = chunk(isFirst ? { role: "assistant", content: "" } : {}, charged.finish_reason);
      return encoder.encode(lines(end, ...(includeUsage ? [last] : []), "[DONE]"));
    },
    error(error, charged) {
      const body = { ...openAiError(error), ...(charged && chargeOf(charged)) };
      return encoder.encode(lines({ error: body }));
    },
  };
}
