import assert from "node:assert/strict";
import { payable, priceRequests, type ProviderRequest } from "./provider-bill.ts";

function asked(more: Partial<ProviderRequest> = {}): ProviderRequest {
  return {
    model: "gpt-4o",
    prompt: "about farthings (run-1)",
    status: 200,
    usage: {
      prompt_tokens: 100,
      completion_tokens: 50,
      prompt_tokens_details: { cached_tokens: 40 },
      completion_tokens_details: { reasoning_tokens: 20 },
    },
    aborted: false,
    ended: true,
    ...more,
  };
}

const rates = new Map([["gpt-4o", {
  input_per_million_usd: "5",
  cached_input_per_million_usd: "2.5",
  output_per_million_usd: "15",
  reasoning_per_million_usd: null,
  markup: "4",
}]]);

Deno.test("payable subtracts cached from prompt tokens, and reasoning from answer tokens", () => {
  assert.deepEqual(payable(asked()), {
    input_tokens: 60,
    cached_input_tokens: 40,
    output_tokens: 30,
    reasoning_tokens: 20,
  });
});

for (
  const [what, more] of [
    ["a refusal", { status: 503, usage: null }],
    ["an answer that nobody received", { aborted: true }],
  ] as const
) {
  Deno.test(`payable returns undefined for ${what}`, () => {
    assert.equal(payable(asked(more)), undefined);
  });
}

Deno.test("priceRequests prices each request with the given mark, and no others", () => {
  const requests = [asked(), asked({ usage: null }), asked({ prompt: "(run-2)" }), asked()];
  const credits = priceRequests(requests, "run-1", rates).map((each) => each.toFixed());
  assert.deepEqual(credits, ["4.6", "4.6"]);
});

Deno.test("priceRequests refuses a model without a rate", () => {
  assert.throws(() => priceRequests([asked({ model: "other" })], "run-1", rates), /has no rate/);
});
