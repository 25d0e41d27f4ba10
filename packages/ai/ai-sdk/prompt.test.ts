import { equal } from "node:assert/strict";
import { promptTokens } from "./prompt.ts";
import type { Params } from "./types.ts";

type Prompt = Params["prompt"];
type Content = Extract<Prompt[number], { role: "user" }>["content"][number];
type Result = Extract<Extract<Prompt[number], { role: "tool" }>["content"][number], {
  type: "tool-result";
}>;

const MESSAGE = 8;
const FILE = 2_000;
const letters = (text: string) => text.length;
const tokensOf = (prompt: Prompt, more: Partial<Params> = {}) =>
  promptTokens({ prompt, ...more }, letters);
const ofUser = (...content: Content[]) => tokensOf([{ role: "user", content }]);
const megabyte = "A".repeat(1_000_000);

Deno.test("the texts of a prompt are counted, and a little for each message", () => {
  equal(tokensOf([{ role: "system", content: "Hello" }]), 5 + MESSAGE);
  equal(ofUser({ type: "text", text: "Hello" }, { type: "text", text: "you" }), 9 + MESSAGE);
});

Deno.test("an image costs the same, however many bytes it has", () => {
  const mediaType = "image/png";
  const url = { type: "url" as const, url: new URL("https://example.com/coin.png") };
  equal(ofUser({ type: "file", mediaType, data: url }), FILE + MESSAGE);
  const data = { type: "data" as const, data: megabyte };
  equal(ofUser({ type: "file", mediaType, data }), FILE + MESSAGE);
});

Deno.test("a file of text is counted as its text", () => {
  const mediaType = "text/csv";
  equal(ofUser({ type: "file", mediaType, data: { type: "text", text: megabyte } }), 1_000_008);
  const data = { type: "data" as const, data: new TextEncoder().encode(megabyte) };
  equal(ofUser({ type: "file", mediaType, data }), 1_000_008);
});

Deno.test("a screenshot in a tool's result is counted as an image, and other results as text", () => {
  const resultOf = (output: Result["output"]) =>
    tokensOf([{
      role: "tool",
      content: [{ type: "tool-result", toolCallId: "c", toolName: "look", output }],
    }]);
  const screenshot = {
    type: "file" as const,
    ...{ mediaType: "image/png", data: { type: "data" as const, data: megabyte } },
  };
  equal(resultOf({ type: "content", value: [screenshot] }), 4 + FILE + MESSAGE);
  const json = { type: "json" as const, value: { coin: 1 } };
  equal(resultOf(json), 5 + JSON.stringify(json).length + MESSAGE);
});

Deno.test("tools and a schema are counted", () => {
  const prompt: Prompt = [{ role: "system", content: "" }];
  const inputSchema = { type: "object" as const };
  const tools = [{ type: "function" as const, name: "look", inputSchema }];
  equal(tokensOf(prompt, { tools }), MESSAGE + JSON.stringify(tools).length);
  const responseFormat = { type: "json" as const, schema: inputSchema };
  equal(tokensOf(prompt, { responseFormat }), MESSAGE + JSON.stringify(inputSchema).length);
});
