import assert from "node:assert/strict";
import { PriceMapError, readPriceMap } from "./price-map.ts";

const chat = (costs: string) =>
  `{"m": {"mode": "chat", "input_cost_per_token": 1e-06, "output_cost_per_token": 2e-06, ${costs}}}`;

Deno.test("readPriceMap reads all five kinds of tokens", () => {
  const map = readPriceMap(
    chat(`"cache_read_input_token_cost": 1e-7, "cache_creation_input_token_cost": "1.25e-06",
      "output_cost_per_reasoning_token": 1.875e-08`),
  );
  assert.deepEqual(map.rates, [{
    model: "m",
    input_per_million_usd: "1",
    cached_input_per_million_usd: "0.1",
    cache_write_per_million_usd: "1.25",
    output_per_million_usd: "2",
    reasoning_per_million_usd: "0.01875",
  }]);
  assert.deepEqual([map.skipped, map.refused, map.textOnly], [[], [], []]);
});

Deno.test("readPriceMap leaves a kind without a price, or with a price of zero, to its fallback", () => {
  const map = readPriceMap(chat(`"cache_read_input_token_cost": 0.0`));
  assert.equal(map.rates[0]?.cached_input_per_million_usd, null);
  assert.equal(map.rates[0]?.cache_write_per_million_usd, null);
  assert.equal(map.rates[0]?.reasoning_per_million_usd, null);
});

Deno.test("readPriceMap skips a model without a price per token and names the reason", () => {
  const map = readPriceMap(
    `{
      "draws": {"mode": "image_generation", "input_cost_per_token": 1e-6, "output_cost_per_token": 1e-6},
      "odd": {"mode": "one of: chat, embedding"},
      "none": {"input_cost_per_token": 1e-6, "output_cost_per_token": 1e-6},
      "half": {"mode": "chat", "input_cost_per_token": 1e-6},
      "free": {"mode": "chat", "input_cost_per_token": 0, "output_cost_per_token": 0.0},
      "gift": {"mode": "chat", "input_cost_per_token": 1e-6, "output_cost_per_token": 0e-06}
    }`,
  );
  assert.deepEqual(map.rates, []);
  assert.deepEqual(map.skipped.map(({ model, reason }) => `${model}: ${reason}`), [
    "draws: mode image_generation is not priced by text tokens",
    "odd: no mode that is priced by text tokens",
    "none: no mode that is priced by text tokens",
    "half: no input or no output price per token",
    "free: a price of zero",
    "gift: a price of zero",
  ]);
});

Deno.test("readPriceMap refuses an invalid price by model and field, and reads the other entries", () => {
  const map = readPriceMap(
    `{
      "minus": {"mode": "chat", "input_cost_per_token": -1e-6, "output_cost_per_token": 1},
      "dust": {"mode": "chat", "input_cost_per_token": 5.0000000000000004e-08, "output_cost_per_token": 1e-6},
      "list": [],
      "": {"mode": "chat", "input_cost_per_token": 1e-6, "output_cost_per_token": 1e-6},
      "good": {"mode": "responses", "input_cost_per_token": 1e-6, "output_cost_per_token": 1e-6}
    }`,
  );
  assert.deepEqual(map.rates.map((rate) => rate.model), ["good"]);
  assert.deepEqual(map.refused.map(({ model, field }) => [model, field]), [
    ["minus", "input_cost_per_token"],
    ["minus", "output_cost_per_token"],
    ["dust", "input_cost_per_token"],
    ["list", "entry"],
    ["", "model"],
  ]);
});

Deno.test("readPriceMap names the models whose audio or long context has its own price", () => {
  for (const field of ["input_cost_per_audio_token", "output_cost_per_token_above_200k_tokens"]) {
    assert.deepEqual(readPriceMap(chat(`"${field}": 9e-06`)).textOnly, ["m"]);
  }
});

Deno.test("readPriceMap reads only the requested models and names those that the map lacks", () => {
  const text = `{"a": {"mode": "embedding"}, "b": {"mode": "embedding"}}`;
  assert.deepEqual(readPriceMap(text, ["b"]).skipped.map(({ model }) => model), ["b"]);
  assert.throws(
    () => readPriceMap(text, ["a", "c", "toString"]),
    (error) =>
      error instanceof PriceMapError && error.message.endsWith("requested models: c, toString"),
  );
});

for (
  const text of ["", "{", `{"a": 1,}`, "[]", "1", `"text"`, "null", "{}", `{"a":{},"a":{"b":1}}`]
) {
  Deno.test(`readPriceMap refuses ${text || "nothing"} as a whole`, () => {
    assert.throws(() => readPriceMap(text), PriceMapError);
  });
}
