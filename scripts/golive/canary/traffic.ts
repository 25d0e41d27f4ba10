/** Sends the traffic of `deno task load` during a stage, for a project that has no users yet. */
import { withCleanup } from "@farthing/command-line";
import type { Context } from "../command/context.ts";
import type { Project } from "../command/project.ts";
import { gather, type Person } from "../../load/people.ts";
import { run, warmUp } from "../../load/run-load.ts";
import { mixOf } from "../../load/traffic-mix.ts";
import { customerOf } from "../shared/customer.ts";
import { openCheckout, payOnEmulator, readOrder } from "../shared/purchase.ts";

const RATE = 20;
const PEOPLE = 10;

let crowd: Promise<Person[]> | undefined;

function serviceOf({ url, publishableKey, secretKey, databaseUrl = "" }: Project) {
  return { url, publishableKey, secretKey, databaseUrl, aiUrl: undefined };
}

/** Sends the requests that customers send, for this many seconds. */
export async function makeTraffic(
  { project, options }: Context,
  seconds: number,
): Promise<void> {
  const service = serviceOf(project);
  const mix = mixOf(options.packageSlug);
  crowd ??= (async () => {
    const people = await gather(service, PEOPLE, () => {});
    await warmUp({ service, people, mix });
    return people;
  })();
  await run({ service, people: await crowd, mix, rate: RATE, seconds, at: () => {} });
}

/**
 * Opens the order that `payOrder` pays during the stage. The orders of all stages are opened before
 * the canary begins, because the flag of an early stage refuses most new orders.
 */
export async function openOrder(context: Context, stage: number): Promise<void> {
  const customer = await customerOf(context, `canary-${stage}`);
  const { project, options, run, tell } = context;
  const key = `golive-canary-${stage}-${run}`;
  const { order_id } = await openCheckout(project, customer, options.packageSlug, key);
  await tell({ [`canary.order-${stage}`]: order_id });
}

/** Pays the stage's order on the emulator's page, so that Stripe makes events during the stage. */
export async function payOrder(context: Context, stage: number): Promise<void> {
  const id = context.facts[`canary.order-${stage}`];
  if (id === undefined || context.project.emulatorUrl === undefined) return;
  const customer = await customerOf(context, `canary-${stage}`);
  await payOnEmulator(context.project, await readOrder(context.project, customer, id));
}

/** Runs `use` while the traffic flows, and waits for the end of both. */
export async function withTraffic<T>(
  context: Context,
  seconds: number,
  use: () => Promise<T>,
): Promise<T> {
  if (!context.options.makesTraffic) return await use();
  const flowing = makeTraffic(context, seconds);
  flowing.catch(() => {}); // The error is thrown below, after `use` has ended.
  return await withCleanup(() => flowing, use);
}
