/**
 * Three research jobs: one completes, one is cancelled, and one fails in its first attempt and then
 * completes.
 */
import { z } from "zod";
import { Exact } from "../../rates/exact.ts";
import { sum } from "../shared/price-request.ts";
import { cancel, type Job, look, type StartedJob, startResearch } from "./job-endpoints.ts";
import { follow, type Followed } from "./follow-job.ts";
import { formatFacts, shorten } from "./terminal-text.ts";
import { type RunContext, sayHeading, untilReleased } from "./run-context.ts";
import type { Scenario } from "./compare-jobs.ts";

const TOPIC = "credits that are spent twice";
const MOST = 88;

const finding = z.object({ plan: z.array(z.string()), report: z.string() });

/** Tells the AI emulator to take a second for each answer, and to report tokens of every kind. */
const AT_A_STEADY_PACE = "[slow:1000][cached:20][reasoning:10]";
/**
 * Tells the AI emulator to answer only after the second poll of the job. The service therefore
 * answers that poll with 304.
 */
const SLOWLY = "[slow:7500]";
/** The number of requests that one attempt of the job sends before the attempt fails. */
const FAILURES = 3;

/** Polls a job with the waits that the service advises, and shows each change. */
async function followJob(
  { buyer, progress }: RunContext,
  { id, retryAfter }: StartedJob,
  enough?: (job: Job) => boolean,
): Promise<Followed<Job>> {
  const followed = await follow<Job>(retryAfter, {
    look: (etag) => look(buyer, id, etag),
    wait: (seconds, last) => progress.wait(seconds, last),
    ...(enough && { enough }),
  });
  progress.clear();
  return followed;
}

function scenarioOf(name: string, mark: string, job: Job, wanted: string): Scenario {
  const shown = sum(job.checkpoints.map(({ credits }) => new Exact(credits)));
  const ended = `${job.status}, attempt ${job.attempts}`;
  return { name, mark, reference: `job:${job.job_id}:`, shown, ended, wanted };
}

function factsOf(
  { held }: StartedJob,
  { shown }: Scenario,
  { looks }: Followed<Job>,
): [string, string][] {
  const unchanged = looks.filter(({ status }) => status === 304).length;
  const seen = looks.map(({ status, waited }) => `${status} after ${waited} s`).join(", ");
  const released = new Exact(held).minus(shown).toFixed();
  return [
    ["polls", `${seen}${unchanged > 0 ? `   (${unchanged} without a body)` : ""}`],
    ["credits", `held ${held}, charged ${shown.toFixed()}, released ${released}`],
  ];
}

function outcomeOf({ status, result }: Job): [string, string][] {
  if (status !== "completed") return [];
  const { plan, report } = finding.parse(result);
  return [
    ...plan.map((
      question,
      at,
    ): [string, string] => [at === 0 ? "plan" : "", shorten(question, MOST)]),
    ["report", shorten(report, MOST)],
  ];
}

/** Starts a research job and waits for its report. */
export async function playResearch(context: RunContext): Promise<Scenario> {
  const mark = `${context.run}-1`;
  sayHeading(context, "Research that runs to its end");
  const started = await startResearch(context.buyer, `${TOPIC} (${mark}) ${AT_A_STEADY_PACE}`);
  const followed = await followJob(context, started);
  const scenario = scenarioOf("research", mark, followed.last, "completed, attempt 1");
  context.say(formatFacts([...outcomeOf(followed.last), ...factsOf(started, scenario, followed)]));
  return scenario;
}

/**
 * Cancels a research job after its first step. The account pays for the step in flight, but not for
 * later steps.
 */
export async function playCancelled(context: RunContext): Promise<Scenario> {
  const { buyer, say } = context;
  const mark = `${context.run}-2`;
  sayHeading(context, "Research that is cancelled");
  const started = await startResearch(buyer, `${TOPIC} (${mark}) ${SLOWLY}`);
  const followed = await followJob(context, started, ({ checkpoints }) => checkpoints.length > 0);
  const done = followed.last.checkpoints.map(({ step }) => step);
  await cancel(buyer, started.id);
  await untilReleased(context, "cancelled; the step in flight ends");
  const { seen } = await look(buyer, started.id, null);
  const scenario = scenarioOf("cancelled", mark, seen!, "cancelled, attempt 1");
  const late = seen!.checkpoints.map(({ step }) => step).filter((step) => !done.includes(step));
  say(formatFacts([
    ["done", `${done.join(", ")} before; ${late.join(", ") || "nothing"} in flight`],
    ...factsOf(started, scenario, followed),
  ]));
  return scenario;
}

/**
 * Runs a research job whose first attempt fails, because the AI provider refuses all requests of
 * that attempt.
 */
export async function playRetried(context: RunContext): Promise<Scenario> {
  const mark = `${context.run}-3`;
  sayHeading(context, "Research that fails and is retried");
  const query = `${TOPIC} (${mark}) [plan:2][fail:503x${FAILURES}:${mark}]`;
  const started = await startResearch(context.buyer, query);
  const attempts: string[] = [];
  const followed = await followJob(context, started, ({ status, attempts: nr, error }) => {
    attempts.push(`${status}, attempt ${nr}${error ? ` (${error.code})` : ""}`);
    return false;
  });
  const scenario = scenarioOf("retried", mark, followed.last, "completed, attempt 2");
  attempts.push(scenario.ended);
  context.say(formatFacts([
    ["seen", [...new Set(attempts)].join("; ")],
    ...factsOf(started, scenario, followed),
  ]));
  return scenario;
}
