/**
 * The models that callers may name, from the variable `AI_MODELS`. In addition, the database
 * refuses a model that has no rate (schemas/ai/api.sql).
 */
import { ApiError } from "../../core/errors.ts";
import type { Ai } from "./ai.ts";

/** @param models each model with its maximum number of output tokens */
export function offeredModels(
  models: ReadonlyMap<string, number>,
): Pick<Ai, "maxOutputTokens" | "isOffered"> {
  return {
    maxOutputTokens(model) {
      const cap = models.get(model);
      if (cap !== undefined) return cap;
      const message = "This model is not offered. Send one that this project is configured for.";
      throw new ApiError("unknown_model", { message, field: "model" });
    },
    isOffered: (model) => models.has(model),
  };
}
