import assert from "node:assert/strict";
import { usageFrom as usageOf } from "./usage.ts";

type Reported = Parameters<typeof usageOf>[0];

const REQUEST = {
  model: "gpt-4o",
  messages: [{ role: "user" as const, content: "hi" }],
  maxOutputTokens: 100,
};

function usageFrom(reported: Reported) {
  return usageOf(reported, REQUEST);
}

function usage(more: Record<string, unknown>): Reported {
  return { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15, ...more } as Reported;
}

Deno.test("reasoning beside the output, as the total shows, is not subtracted from it", () => {
  const details = { completion_tokens_details: { reasoning_tokens: 3 } };
  assert.deepEqual(usageFrom(usage({ ...details, total_tokens: 18 })), {
    input_tokens: 10,
    output_tokens: 5,
    reasoning_tokens: 3,
  });
  assert.deepEqual(usageFrom(usage(details)), {
    input_tokens: 10,
    output_tokens: 2,
    reasoning_tokens: 3,
  });
});

Deno.test("a part that is larger than its whole counts as the whole", () => {
  assert.deepEqual(
    usageFrom(usage({
      prompt_tokens_details: { cached_tokens: 11 },
      completion_tokens_details: { reasoning_tokens: 6 },
    })),
    { input_tokens: 0, cached_input_tokens: 10, output_tokens: 0, reasoning_tokens: 5 },
  );
});

Deno.test("an invalid count is not usage", () => {
  for (const bad of [-1, 1.5, "10", null, NaN, undefined]) {
    assert.equal(usageFrom(usage({ prompt_tokens: bad })), null);
    assert.equal(usageFrom(usage({ completion_tokens: bad })), null);
    const details = { prompt_tokens_details: { cached_tokens: bad } };
    assert.deepEqual(usageFrom(usage(details)), { input_tokens: 10, output_tokens: 5 });
  }
  for (const none of [null, undefined, {} as Reported]) assert.equal(usageFrom(none), null);
  assert.equal(usageFrom(usage({ prompt_tokens: 0, completion_tokens: 0 })), null);
});

Deno.test("usage with more tokens than possible is ignored", () => {
  const most = { prompt_tokens: 100_006, completion_tokens: 264, total_tokens: 100_270 };
  assert.deepEqual(usageFrom(usage(most)), { input_tokens: 100_006, output_tokens: 264 });
  for (const name of ["prompt_tokens", "completion_tokens"] as const) {
    for (const count of [most[name] + 1, 900_000_000, 1e15]) {
      assert.equal(usageFrom(usage({ ...most, [name]: count })), null, `${name} ${count}`);
    }
  }
  const beside = { total_tokens: 275, completion_tokens_details: { reasoning_tokens: 260 } };
  assert.equal(usageFrom(usage(beside)), null);
});
