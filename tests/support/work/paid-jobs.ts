/**
 * Compares the credits that a queue's jobs paid with the price of the responses that the jobs got
 * from the model provider.
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import { Decimal } from "decimal.js";
import { type ProviderRequest, requestsWith } from "./chat.ts";
import type { Queue, QueuedJob } from "./job-queue.ts";
import { balanceOf } from "../money/purchases.ts";
import { until } from "../project/until.ts";
import type { World } from "../project/world.ts";

/**
 * Waits until at least `count` of the queue's requests wait for a response, and returns these
 * requests.
 */
export function inFlight(world: World, { name }: Queue, count: number): Promise<ProviderRequest[]> {
  return until(`${count} requests are in flight`, async () => {
    const asked = await requestsWith(world, name);
    const open = asked.filter(({ status, ended }) => status === null && !ended);
    return open.length >= count ? open : undefined;
  });
}

/** Returns the price in credits of the responses to these requests. Equal requests count once. */
export async function priceOfAnswers(
  sql: Queue["sql"],
  asked: readonly ProviderRequest[],
): Promise<Decimal> {
  const answers = new Map<string, object>();
  for (const { model, messages, usage } of asked) {
    if (usage === null) continue;
    const { prompt_tokens: input_tokens, completion_tokens: output_tokens } = usage;
    answers.set(JSON.stringify(messages), { model, input_tokens, output_tokens });
  }
  const [row] = await sql`
    select sum(credits)::text as credits
    from farthing.price_usage(${JSON.stringify([...answers.values()])}::text::jsonb, now())`;
  return new Decimal(String(row?.credits));
}

/**
 * Asserts that an account's research jobs paid once for each response, and that each further attempt of a
 * job repeated at most one request. `credits` is what the account had at the start.
 */
export async function paidOncePerStep(
  world: World,
  queue: Queue,
  userId: string,
  credits: number,
): Promise<void> {
  const jobs = await queue.jobs();
  const asked = await requestsWith(world, queue.name);
  const count = (of: (job: QueuedJob) => number) => jobs.reduce((sum, job) => sum + of(job), 0);
  const [steps, again] = [count((job) => job.steps.length), count((job) => job.attempts - 1)];
  ok(asked.length >= steps && asked.length <= steps + again, `${asked.length} for ${steps}`);
  const paid = jobs.reduce((sum, job) => sum.plus(job.credits), new Decimal(0));
  equal(paid.toFixed(), (await priceOfAnswers(queue.sql, asked)).toFixed());
  const { balance, held } = await balanceOf(world, userId);
  deepEqual([balance, held], [new Decimal(credits).minus(paid).toFixed(), "0"]);
}
