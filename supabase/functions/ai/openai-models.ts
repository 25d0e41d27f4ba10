import { z } from "@hono/zod-openapi";
import { OpenAiModel, OpenAiModels } from "../_shared/contracts/openai.ts";
import { ApiError } from "../_shared/core/errors.ts";
import { defineRoute } from "../_shared/http/route/define-route.ts";
import { ok } from "../_shared/http/reply/reply.ts";
import type { Services } from "../_shared/http/route/app-services.ts";

/** Returns the models that callers can use: those that the project offers and that have a rate. */
async function modelsOf({ ai, database }: Services): Promise<z.output<typeof OpenAiModel>[]> {
  const { isOffered } = await ai();
  const rates = await database.rpc("usage_rates", {});
  return rates.filter(({ model }) => isOffered(model)).map(({ model, effective_from }) => ({
    id: model,
    object: "model",
    created: Math.floor(Date.parse(effective_from) / 1_000),
    owned_by: "farthing",
  }));
}

const shared = {
  method: "get",
  who: ["user", "secret"],
  limit: "default",
  idempotent: false,
  shape: "openai",
} as const;

export const listOpenAiModels = defineRoute({
  ...shared,
  path: "/v1/models",
  summary: "List the models, for OpenAI's SDK",
  responses: { 200: OpenAiModels },
  handler: async ({ services }) =>
    ok<z.output<typeof OpenAiModels>>({ object: "list", data: await modelsOf(services) }),
});

export const readOpenAiModel = defineRoute({
  ...shared,
  path: "/v1/models/{model}",
  summary: "Read a model, for OpenAI's SDK",
  params: z.object({ model: z.string().max(200) }),
  responses: { 200: OpenAiModel },
  errors: ["not_found"],
  handler: async ({ services, params }) => {
    const found = (await modelsOf(services)).find(({ id }) => id === params.model);
    if (found === undefined) throw new ApiError("not_found", { field: "model" });
    return ok(found);
  },
});
