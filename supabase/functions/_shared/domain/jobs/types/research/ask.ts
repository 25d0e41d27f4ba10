/**
 * Runs one call of the model as a step. The step stores the answer with its usage, and writes the
 * call to the AI log.
 */
import type { AiMessage, AiUsage } from "../../../../adapters/ai/ai.ts";
import { aiLog } from "../../../../adapters/ai/ai-log.ts";
import { countUsedTokens } from "../../../../adapters/ai/usage.ts";
import { storable } from "../../../../core/json-size.ts";
import type { Job, JobTools, StepDone } from "../../job-type.ts";
import type { CallLimits } from "./estimate.ts";

export interface Answer {
  readonly text: string;
  readonly usage: AiUsage;
}

/**
 * The result of a research job has a plan, up to five answers and a report. If each has at most
 * this many bytes, the result stays below its limit of 64 KiB.
 */
const MAX_ANSWER_BYTES = 8_000;

function hasTokens(usage: AiUsage): boolean {
  return Object.values(usage).some((count) => count > 0);
}

export async function ask(
  job: Job,
  tools: JobTools,
  { model, maxOutputTokens }: CallLimits,
  messages: readonly AiMessage[],
): Promise<StepDone<Answer>> {
  const ai = await tools.ai();
  const startedMs = performance.now();
  const { text, usage } = await ai.complete({
    model,
    messages,
    maxOutputTokens,
    signal: job.signal,
  });
  countUsedTokens(tools.metrics, model, usage);
  return {
    output: { text: storable(text, MAX_ANSWER_BYTES), usage },
    ...(hasTokens(usage) && { usage: [{ model, ...usage }] }),
    log: aiLog({
      ...{ kind: "research", model, messages, text, usage },
      ...{ errorCode: null, requestId: null, traceId: job.traceId },
      durationMs: performance.now() - startedMs,
    }),
  };
}

const KINDS = [
  "input_tokens",
  "cached_input_tokens",
  "output_tokens",
  "reasoning_tokens",
] as const satisfies (keyof AiUsage)[];

/** Adds up the usage of all calls, separately for each kind of tokens. */
export function addUsage(answers: readonly Pick<Answer, "usage">[]): Record<string, number> {
  return Object.fromEntries(
    KINDS.map((kind) => [kind, answers.reduce((sum, { usage }) => sum + (usage[kind] ?? 0), 0)]),
  );
}
