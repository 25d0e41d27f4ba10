import assert from "node:assert/strict";
import type { AiRequest } from "../../../../adapters/ai/ai.ts";
import { ApiError } from "../../../../core/errors.ts";
import { FAKE_AI } from "#support/fakes/ai.ts";
import { makeJobWorld } from "#support/fakes/job-world.ts";
import { research } from "./research.ts";

/** Stubs a model that plans two questions and answers every other prompt with a number. */
function planner(plan = '["How?", "Why?"]') {
  const asked: AiRequest[] = [];
  const usage = { input_tokens: 100, cached_input_tokens: 10, output_tokens: 20 };
  const complete = (request: AiRequest) => {
    asked.push(request);
    const text = asked.length === 1 ? plan : `answer ${asked.length}`;
    return Promise.resolve({ text, finishReason: "stop", usage });
  };
  return { asked, ai: { complete } };
}

const QUERY = { query: "What is a farthing? Ask ada@example.com." };

Deno.test("research plans, answers each question and reports, each in a charged step", async () => {
  const { asked, ai } = planner();
  const { jobs, run } = makeJobWorld({ ai });
  const row = jobs.add("research", QUERY);
  assert.equal((await run([research])).completed, 1);
  assert.deepEqual(row.steps.map(({ step }) => step), [
    "plan",
    "question-1",
    "question-2",
    "synthesis",
  ]);
  assert.deepEqual(row.result, {
    plan: ["How?", "Why?"],
    findings: [
      { question: "How?", answer: "answer 2" },
      { question: "Why?", answer: "answer 3" },
    ],
    report: "answer 4",
    usage: {
      input_tokens: 400,
      cached_input_tokens: 40,
      output_tokens: 80,
      reasoning_tokens: 0,
    },
  });
  const line = { model: "gpt-4o-mini", input_tokens: 100, cached_input_tokens: 10 };
  assert.deepEqual(row.usage, Array(4).fill({ ...line, output_tokens: 20 }));
  assert.deepEqual(asked.map(({ maxOutputTokens }) => maxOutputTokens), [512, 1024, 1024, 1024]);
  assert.match(asked.at(-1)!.messages.at(-1)!.content, /answer 2[^]*answer 3/);
});

Deno.test("research reports its progress, never backwards", async () => {
  const { jobs, run } = makeJobWorld(planner());
  jobs.add("research", QUERY);
  await run([research]);
  const progress = jobs.callsOf("jobs_checkpoint").map(({ p_progress }) => p_progress as number);
  assert.deepEqual(progress.slice(0, 3), [10, 45, 80]);
});

Deno.test("research logs each call without personal data", async () => {
  const { jobs, run } = makeJobWorld(planner('["Who is ada@example.com?"]'));
  jobs.add("research", QUERY);
  await run([research]);
  const logs = jobs.callsOf("jobs_checkpoint").map(({ p_log }) => p_log as Record<string, unknown>);
  assert.equal(logs.length, 3);
  assert.match(String(logs[0]?.prompt), /What is a farthing\? Ask \[EMAIL\]/);
  assert.deepEqual(logs[0]?.structured, ["Who is [EMAIL]?"]);
  assert.doesNotMatch(JSON.stringify(logs), /ada@/);
  assert.deepEqual([logs[0]?.kind, logs[0]?.classification], ["research", "personal"]);
});

Deno.test("research counts the tokens of each call, by model and kind", async () => {
  const { jobs, metrics, run } = makeJobWorld(planner());
  jobs.add("research", QUERY);
  await run([research]);
  assert.deepEqual(metrics.counts, {
    "ai_tokens gpt-4o-mini input": 400,
    "ai_tokens gpt-4o-mini cached_input": 40,
    "ai_tokens gpt-4o-mini output": 80,
    "job research completed": 1,
  });
});

Deno.test("resumed research calls the model only for the missing steps", async () => {
  const { asked, ai } = planner();
  const { jobs, run } = makeJobWorld({ ai });
  const row = jobs.add("research", QUERY);
  // 15 ms of CPU are enough for the plan and one question.
  assert.deepEqual((await run([research], { cpuMs: 15 })).released, 1);
  assert.deepEqual([asked.length, row.status], [2, "queued"]);
  assert.equal((await run([research])).completed, 1);
  assert.equal(asked.length, 4);
  assert.deepEqual((row.result as { plan: string[] }).plan, ["How?", "Why?"]);
});

Deno.test("research that fails in a step is retried from that step", async () => {
  const { asked, ai } = planner();
  let failures = 1;
  const complete = (request: AiRequest) => {
    if (asked.length === 2 && failures-- > 0) throw new ApiError("upstream_unavailable");
    return ai.complete(request);
  };
  const { jobs, run } = makeJobWorld({ ai: { complete } });
  const row = jobs.add("research", QUERY);
  assert.deepEqual(await run([research]), { claimed: 2, completed: 1, failed: 0, released: 1 });
  assert.deepEqual([asked.length, row.usage.length], [4, 4]);
});

Deno.test("research passes its signal to the model", async () => {
  const { asked, ai } = planner();
  const { jobs, run } = makeJobWorld({ ai });
  jobs.add("research", QUERY);
  await run([research]);
  assert(asked.every(({ signal }) => signal instanceof AbortSignal));
});

Deno.test("research stores a model's text without characters that the database cannot store", async () => {
  const { ai } = planner('["How\\u0000?"]');
  const complete = async (request: AiRequest) => {
    const { text, ...rest } = await ai.complete(request);
    return {
      ...rest,
      text: text.startsWith("[") ? text : `\u0000${text}\ud800${"é".repeat(40_000)}`,
    };
  };
  const { jobs, run } = makeJobWorld({ ai: { complete } });
  const row = jobs.add("research", QUERY);
  await run([research]);
  assert.equal(row.status, "completed");
  const text = JSON.stringify(row.result);
  assert.doesNotMatch(text, /\\u0000|\\ud800/);
  assert(new TextEncoder().encode(text).length < 65_536);
});

Deno.test("research holds the price of its longest answers", async () => {
  const { tools } = makeJobWorld();
  const lines = await research.estimate(QUERY, tools);
  assert.equal(lines.length, 7);
  assert.deepEqual(
    lines.map((line) => "max_output_tokens" in line && line.max_output_tokens),
    [512, 1024, 1024, 1024, 1024, 1024, 1024],
  );
  assert(lines.every(({ model }) => model === "gpt-4o-mini"));
});

Deno.test("research uses no more than it holds, however long its answers are", async () => {
  const words = (count: number) => Array(count).fill("a").join(" ");
  const usages: { input_tokens: number }[] = [];
  const complete = async ({ model, messages, maxOutputTokens }: AiRequest) => {
    const input_tokens = await FAKE_AI.countTokens(model, messages);
    usages.push({ input_tokens });
    const questions = Array.from({ length: 6 }, (_, nr) => `${words(100)} ${nr}`);
    const text = usages.length === 1 ? JSON.stringify(questions) : words(maxOutputTokens);
    const usage = { input_tokens, output_tokens: maxOutputTokens };
    return { text, finishReason: "length", usage };
  };
  const { jobs, run, tools } = makeJobWorld({ ai: { complete } });
  jobs.add("research", { query: words(2_000) });
  await run([research]);
  const lines = await research.estimate({ query: words(2_000) }, tools);
  assert.equal(usages.length, 7);
  for (const [index, { input_tokens }] of usages.entries()) {
    assert(input_tokens <= lines[index]!.input_tokens, `call ${index}: ${input_tokens}`);
  }
});

Deno.test("research is refused for a model that is not offered, before the model is asked", async () => {
  const { tools } = makeJobWorld({ ai: { researchModel: "gpt-nowhere" } });
  await assert.rejects(research.estimate(QUERY, tools), { code: "unknown_model" });
});
