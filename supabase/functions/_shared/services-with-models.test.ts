import assert from "node:assert/strict";
import type { Env } from "./core/env.ts";
import { NO_METRICS } from "./metrics/metrics.ts";
import { aiFrom } from "./services-with-models.ts";

const COMPLETE = {
  AI_MODELS: new Map([["gpt-4o", 16_384], ["gpt-4o-mini", 4_096]]),
  AI_BASE_URL: "http://127.0.0.1:1/v1",
  AI_API_KEY: "sk-none",
};

/** Makes the models' services for a complete environment in which these variables are replaced. */
const aiIn = (variables: Partial<Env>) =>
  aiFrom({ ...COMPLETE, ...variables } as unknown as Env, NO_METRICS);

for (const missing of Object.keys(COMPLETE)) {
  Deno.test(`models are not asked without ${missing}`, () => {
    assert.throws(aiIn({ [missing]: undefined }), {
      code: "not_ready",
      internal: `Environment incomplete: ${missing}`,
    });
  });
}

Deno.test("models are loaded once, and research uses the first one by default", async () => {
  const ai = aiIn({});
  assert.equal((await ai()).researchModel, "gpt-4o");
  assert.equal(await ai(), await ai());
  assert.equal((await aiIn({ AI_RESEARCH_MODEL: "gpt-4o-mini" })()).researchModel, "gpt-4o-mini");
});
