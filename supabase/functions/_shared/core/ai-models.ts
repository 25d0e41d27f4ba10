import type { z } from "zod";

const MODEL = /^([^=\s]{1,200})=([1-9]\d{0,7})$/;

/**
 * Reads the items of `AI_MODELS`, such as `gpt-4o=16384`: the models that callers may name, each
 * with its largest number of output tokens. Jobs of the type `research` use the first model if
 * `AI_RESEARCH_MODEL` is not set.
 */
export function readModels(items: string[], context: z.RefinementCtx): Map<string, number> {
  const caps = new Map<string, number>();
  for (const item of items) {
    const [, name, cap] = MODEL.exec(item) ?? [];
    if (name === undefined) context.addIssue("not model=tokens");
    else caps.set(name, Number(cap));
  }
  if (caps.size === 0) context.addIssue("no model");
  return caps;
}
