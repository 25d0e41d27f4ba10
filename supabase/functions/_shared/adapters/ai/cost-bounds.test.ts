import assert from "node:assert/strict";
import { costBoundsOf } from "./cost-bounds.ts";

const MESSAGES = [{ role: "user" as const, content: "ราคา" }];

for (
  const model of ["gpt-4o", "gpt-4o-2024-08-06", "gpt-4o-mini", "gpt-4.1-nano", "chatgpt-4o-latest"]
) {
  Deno.test(`T28: ${model} is billed what is counted here`, () => {
    assert.deepEqual(costBoundsOf({ model, messages: MESSAGES }, 9), {
      p_max_input_tokens: 9,
      p_output_is_counted: true,
    });
  });
}

for (const model of ["o3", "o3-mini", "o4-mini", "gpt-5", "gpt-5.6", "gpt-5-nano"]) {
  Deno.test(`T28: ${model} hides output`, () => {
    assert.deepEqual(costBoundsOf({ model, messages: MESSAGES }, 9), {
      p_max_input_tokens: 9,
      p_output_is_counted: false,
    });
  });
}

for (
  const model of [
    "claude-sonnet-5",
    "gpt-4-turbo",
    "gpt-4omega",
    "deepseek-reasoner",
    "openai/gpt-4o",
  ]
) {
  Deno.test(`T28: a prompt of ${model} is held as a token for each byte`, () => {
    assert.deepEqual(costBoundsOf({ model, messages: MESSAGES }, 9), {
      p_max_input_tokens: 64 + 16 + 12,
      p_output_is_counted: false,
    });
  });
}

Deno.test("T28: tools and the answer's format are part of a prompt's most tokens", () => {
  const parameters = { tools: [{ name: "f" }], response_format: { type: "text" }, seed: 7 };
  const prompt = { model: "claude-sonnet-5", messages: MESSAGES, parameters };
  const json = '[{"name":"f"}]\n{"type":"text"}';
  assert.equal(costBoundsOf(prompt, 9).p_max_input_tokens, 64 + 16 + 12 + 16 + json.length);
});
