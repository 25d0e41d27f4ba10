/**
 * Reads the parts of an answer from a model's provider: text, tool calls, hidden output, and the
 * finish reason.
 */
import type { AiRequest, AiToolCall, ToolCallPart } from "./ai.ts";
import { InvalidAnswer } from "./bounded-fetch.ts";

interface Said {
  readonly content?: unknown;
  readonly refusal?: unknown;
}

/**
 * Returns the text of an answer; empty if all output was reasoning. If the model declined, the text
 * of the refusal is the answer, because the refusal's tokens were used.
 * @throws InvalidAnswer
 */
export function textOf(said: Said | null | undefined): string {
  const text = said?.content ?? said?.refusal ?? "";
  if (typeof text !== "string") throw new InvalidAnswer("the answer is not text");
  return text;
}

interface SentCall {
  readonly index?: unknown;
  readonly id?: unknown;
  readonly function?: { readonly name?: unknown; readonly arguments?: unknown } | null;
}

function sentCallsOf(said: unknown): SentCall[] {
  const { tool_calls: calls } = (said ?? {}) as Record<string, unknown>;
  return Array.isArray(calls) ? calls.filter((call) => typeof call === "object" && call) : [];
}

const isText = (value: unknown): value is string => typeof value === "string";

/** Returns the reasoning text that some providers send in addition to the answer. */
export function reasoningIn(said: unknown): string {
  const { reasoning_content: text } = (said ?? {}) as Record<string, unknown>;
  return isText(text) ? text : "";
}

/** Returns the parts of tool calls in an answer, or in a piece of a stream. */
export function callPartsIn(said: unknown): ToolCallPart[] {
  return sentCallsOf(said).map(({ index, id, function: called }, at) => ({
    index: Number.isSafeInteger(index) ? index as number : at,
    // Some providers send an empty id and an empty name in each later part of a call.
    ...(isText(id) && id !== "" && { id }),
    ...(isText(called?.name) && called.name !== "" && { name: called.name }),
    arguments: isText(called?.arguments) ? called.arguments : "",
  }));
}

/**
 * Makes a function that corrects the indices of a stream's tool calls. Some providers use one index
 * for several calls. In such a stream, a new id begins a new call, and a part without an id belongs
 * to the latest call that has the same index.
 */
export function createCallIndexer(): (parts: readonly ToolCallPart[]) => ToolCallPart[] {
  const lastOf = new Map<number, { id: string | undefined; index: number }>();
  let next = 0;
  return (parts) =>
    parts.map((part) => {
      const last = lastOf.get(part.index);
      const isNew = part.id !== undefined && last?.id !== undefined && part.id !== last.id;
      const call = last === undefined || isNew ? { id: part.id, index: next++ } : last;
      lastOf.set(part.index, { ...call, id: call.id ?? part.id });
      return { ...part, index: call.index };
    });
}

/** Returns the billed text of tool calls. */
export function textOfCalls(calls: readonly ToolCallPart[]): string {
  return calls.map(({ name = "", arguments: given }) => name + given).join("");
}

/** Joins the parts of each tool call. The first part has the call's id and name. */
export function joinCalls(parts: readonly ToolCallPart[]): AiToolCall[] {
  const calls = new Map<number, { id: string; name: string; arguments: string }>();
  for (const { index, id, name, arguments: given } of parts) {
    const call = calls.get(index) ?? { id: "", name: "", arguments: "" };
    calls.set(index, {
      id: call.id || (id ?? ""),
      name: call.name || (name ?? ""),
      arguments: call.arguments + given,
    });
  }
  return [...calls].sort(([a], [b]) => a - b).map(([, { id, ...called }]) => ({
    id,
    type: "function",
    function: called,
  }));
}

/**
 * Returns whether the request has tools. If it has none, tool calls of the model are not part of
 * the answer.
 */
export function hasTools({ parameters }: AiRequest): boolean {
  return parameters?.["tools"] !== undefined;
}

/** Returns the provider's own finish reason; undefined while it has sent none. */
export function finishReasonOf(reason: unknown): string | undefined {
  return typeof reason === "string" || reason == null ? reason ?? undefined : "unknown";
}
