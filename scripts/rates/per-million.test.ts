import assert from "node:assert/strict";
import { LosslessNumber } from "lossless-json";
import { perMillion } from "./per-million.ts";

const number = (literal: string) => perMillion(new LosslessNumber(literal));

for (
  const [literal, price] of [
    ["1.25e-06", "1.25"],
    ["1e-7", "0.1"],
    ["1.875e-08", "0.01875"],
    ["2.8e-09", "0.0028"],
    ["0.00012", "120"],
    ["3.961E-6", "3.961"],
    ["1e-15", "0.000000001"],
    ["0.1", "100000"],
    ["0.000005", "5"],
  ] as const
) {
  Deno.test(`perMillion writes ${literal} per token as ${price}`, () => {
    assert.deepEqual(number(literal), { price });
    assert.deepEqual(perMillion(literal), { price });
  });
}

Deno.test("perMillion reads exactly a price that a float would change", () => {
  assert.equal(String(9.54e-07 * 1e6), "0.9540000000000001");
  assert.deepEqual(number("9.54e-07"), { price: "0.954" });
});

Deno.test("perMillion finds no price in a missing, null or zero cost", () => {
  assert.deepEqual(perMillion(undefined), { absent: "missing" });
  assert.deepEqual(perMillion(null), { absent: "missing" });
  for (const zero of ["0", "0.0", "0e-06", "-0.0"]) {
    assert.deepEqual(number(zero), { absent: "zero" });
  }
});

for (
  const [cost, reason] of [
    ["-1e-06", /negative/],
    ["0.2", /above 100000/],
    ["1e300", /above 100000/],
    ["1e-16", /more than 9 decimals/],
    ["5.0000000000000004e-08", /more than 9 decimals/],
    ["free", /not a number/],
    ["1e-06 USD", /not a number/],
    ["NaN", /not a number/],
    ["Infinity", /not a number/],
    ["", /not a number/],
    ["1e9999", /not a number/],
    [`0.${"0".repeat(50)}1`, /too many digits/],
  ] as const
) {
  Deno.test(`perMillion refuses ${cost.slice(0, 30) || "an empty text"}`, () => {
    const price = perMillion(cost);
    assert.ok("refused" in price);
    assert.match(price.refused, reason);
  });
}

Deno.test("perMillion refuses a cost that is neither a number nor a text", () => {
  for (const cost of [true, {}, ["1e-06"]]) assert.ok("refused" in perMillion(cost));
});
