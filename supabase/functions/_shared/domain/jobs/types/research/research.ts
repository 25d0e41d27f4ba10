/**
 * Research: a plan of questions, an answer to each question, and a report. Each call of the model
 * is a step.
 */
import { z } from "@hono/zod-openapi";
import { defineJobType, type Job, type JobTools } from "../../job-type.ts";
import { addUsage, type Answer, ask } from "./ask.ts";
import { type CallLimits, estimateResearch, limitsOf } from "./estimate.ts";
import { parsePlan } from "./parse-plan.ts";
import * as prompts from "./prompts.ts";

const MAX_QUERY = 4_000;

// The job's progress after the plan, and after the last answer.
const PLANNED_PERCENT = 10;
const ANSWERED_PERCENT = 80;

export const ResearchInput = z.strictObject({
  query: z.string().min(1).max(MAX_QUERY).regex(/\S/, "query must not be blank."),
}).openapi("ResearchInput");

type Input = z.output<typeof ResearchInput>;

function makePlan(job: Job, tools: JobTools, limits: CallLimits, query: string) {
  return job.step("plan", async () => {
    const done = await ask(job, tools, limits, prompts.plan(query));
    const questions = parsePlan(done.output.text, query);
    const { usage } = done.output;
    return { ...done, output: { questions, usage }, progress: PLANNED_PERCENT };
  });
}

async function run(job: Job, { query }: Input, tools: JobTools) {
  const limits = limitsOf(await tools.ai());
  const plan = await makePlan(job, tools, limits.plan, query);
  const { questions } = plan;
  const calls: Pick<Answer, "usage">[] = [plan];
  const findings: { question: string; answer: string }[] = [];
  const perAnswer = (ANSWERED_PERCENT - PLANNED_PERCENT) / questions.length;
  for (const [index, question] of questions.entries()) {
    const progress = Math.floor(PLANNED_PERCENT + perAnswer * (index + 1));
    const answer = await job.step(`question-${index + 1}`, async () => {
      return {
        ...await ask(job, tools, limits.answer, prompts.question(query, question)),
        progress,
      };
    });
    calls.push(answer);
    findings.push({ question, answer: answer.text });
  }
  const report = await job.step(
    "synthesis",
    () => ask(job, tools, limits.answer, prompts.synthesis(query, findings)),
  );
  calls.push(report);
  return { plan: questions, findings, report: report.text, usage: addUsage(calls) };
}

export const research = defineJobType({
  type: "research",
  summary: "Plans questions about a query, answers each with a model, and writes a report",
  who: ["user", "secret"],
  input: ResearchInput,
  stepCpuMs: 8,
  estimate: async ({ query }, tools) => await estimateResearch(await tools.ai(), query),
  run,
});
