import { deepEqual, equal } from "node:assert/strict";
import { type OpenAIUsage, tokensOfOpenAI } from "./openai-tokens.ts";
import { AMOUNT, chargeOf } from "./price.ts";
import { MAX_TOKENS } from "./tokens.ts";

const CONTRACT = new URL(
  "../../../supabase/functions/_shared/generated/openapi.json",
  import.meta.url,
);

Deno.test("amounts and counts are checked by the contract's pattern and maximum", async () => {
  const { components } = JSON.parse(await Deno.readTextFile(CONTRACT));
  const { amount, usage } = components.schemas.SettleRequest.properties;
  equal(AMOUNT.source, new RegExp(amount.pattern).source);
  const counts = Object.entries<{ maximum: number }>(usage.properties)
    .filter(([name]) => name.endsWith("_tokens"));
  deepEqual(counts.map(([, { maximum }]) => maximum), Array(5).fill(MAX_TOKENS));
});

const plain = { model: "gpt-4o", price: undefined, metadata: undefined };

const USAGES: [name: string, OpenAIUsage, expected: [number, number, number, number]][] = [
  ["a plain usage", { prompt_tokens: 7, completion_tokens: 5 }, [7, 0, 5, 0]],
  [
    "cached tokens within the prompt",
    { prompt_tokens: 7, completion_tokens: 5, prompt_tokens_details: { cached_tokens: 4 } },
    [3, 4, 5, 0],
  ],
  [
    "reasoning within the completion",
    {
      ...{ prompt_tokens: 7, completion_tokens: 45, total_tokens: 52 },
      completion_tokens_details: { reasoning_tokens: 40 },
    },
    [7, 0, 5, 40],
  ],
  [
    "reasoning in addition to the completion",
    {
      ...{ prompt_tokens: 7, completion_tokens: 5, total_tokens: 52 },
      completion_tokens_details: { reasoning_tokens: 40 },
    },
    [7, 0, 5, 40],
  ],
  [
    "details that are null",
    {
      ...{ prompt_tokens: 7, completion_tokens: 5, prompt_tokens_details: null },
      completion_tokens_details: { reasoning_tokens: null },
    },
    [7, 0, 5, 0],
  ],
];

for (const [name, usage, [input, cached, output, reasoning]] of USAGES) {
  Deno.test(`tokensOfOpenAI reads ${name}`, () => {
    deepEqual(tokensOfOpenAI(usage), {
      ...{ input_tokens: input, cached_input_tokens: cached },
      ...{ output_tokens: output, reasoning_tokens: reasoning },
    });
  });
}

Deno.test("a usage that is missing or invalid has no charge of its own", () => {
  for (const usage of [null, undefined]) equal(tokensOfOpenAI(usage), undefined);
  equal(chargeOf({ tokens: undefined }, plain), null);
  const usage = { prompt_tokens: 7, completion_tokens: 5 };
  for (
    const wrong of [
      { ...usage, prompt_tokens: NaN },
      { ...usage, completion_tokens: -1 },
      { ...usage, completion_tokens: 0.5 },
      { ...usage, prompt_tokens_details: { cached_tokens: 8 } },
    ]
  ) {
    equal(chargeOf({ tokens: tokensOfOpenAI(wrong) }, plain), null, JSON.stringify(wrong));
  }
});

Deno.test("0 tokens are charged as the amount 0, because a usage needs a token", () => {
  const tokens = { input_tokens: 0, output_tokens: 0 };
  deepEqual(chargeOf({ tokens }, plain), { amount: "0" });
  deepEqual(chargeOf({ tokens }, { ...plain, price: () => "0.5" }), { amount: "0.5" });
});
