import assert from "node:assert/strict";
import { requestCredits } from "./price-request.ts";

const rate = { input_per_million_usd: "5", output_per_million_usd: "15", markup: "4" };

Deno.test("requestCredits prices 1,000 input and 500 output tokens of gpt-4o at 50 credits", () => {
  const credits = requestCredits(rate, { input_tokens: 1000, output_tokens: 500 });
  assert.equal(credits.toFixed(), "50");
});

const rich = {
  ...rate,
  cached_input_per_million_usd: "2.5",
  reasoning_per_million_usd: "20",
};
const allKinds = {
  input_tokens: 10,
  cached_input_tokens: 100,
  output_tokens: 1_000,
  reasoning_tokens: 10_000,
};

Deno.test("requestCredits prices each kind of tokens at its own rate", () => {
  assert.equal(requestCredits(rich, allKinds).toFixed(), "861.2");
});

Deno.test("requestCredits prices cached as input and reasoning as output without their own rates", () => {
  assert.equal(requestCredits(rate, allKinds).toFixed(), "662.2");
});

Deno.test("requestCredits does not round an odd rate", () => {
  const odd = { input_per_million_usd: "0.003625", output_per_million_usd: "0.1", markup: "1.3" };
  const credits = requestCredits(odd, { input_tokens: 7, output_tokens: 1 });
  assert.equal(credits.toFixed(), "0.0001629875");
});
