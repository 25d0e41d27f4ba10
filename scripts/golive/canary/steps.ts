/** A feature in stages, from 1 to 100 % of the users, with gates at each stage. */
import { delay } from "@farthing/command-line";
import type { Context, GoLiveStep } from "../command/context.ts";
import { STAGES } from "../command/options.ts";
import { failed, found, warning } from "../core/step.ts";
import { readFlags } from "../shared/flags.ts";
import { readCounters, since } from "./counters.ts";
import { readLastHour, routesOf } from "./figures.ts";
import type { Baseline, Routes } from "./stage-figures.ts";
import { stageOf } from "./stage.ts";
import { makeTraffic, openOrder } from "./traffic.ts";

const BASELINE_SECONDS = 15;
/** Each process reports its counts every ten seconds, so those of the traffic are whole after this. */
const REPORT_MS = 10_000;

async function flagOf({ project, options }: Context) {
  const { flags } = await readFlags(project);
  return flags.find(({ name }) => name === options.flag);
}

/** A canary would take a feature from nearly all of its users if it were on for them. */
const start: GoLiveStep = {
  code: "canary.start",
  title: "Is the feature free for a canary?",
  source: "project",
  async run(context) {
    const { project, options, facts } = context;
    await readCounters(project); // Without figures, each stage would be rolled back.
    const flag = await flagOf(context);
    if (flag === undefined) return failed(`there is no flag ${options.flag}`, "Name b2c or b2b.");
    const evidence = `${flag.name} is ${flag.state}, ${flag.percentage} %`;
    const isOurs = facts["canary.baseline"] !== undefined;
    if (flag.state === "on" && !project.isLocal && !options.fromOn && !isOurs) {
      return failed(
        `${evidence}: the first stage would take it from 99 % of the users`,
        "Switch it off before the launch, or add --from-on.",
      );
    }
    const canBuy = options.makesTraffic && project.emulatorUrl !== undefined &&
      options.flag === "b2c" && flag.state === "on";
    if (canBuy) { for (const stage of options.stages) await openOrder(context, stage); }
    return found(
      canBuy ? [evidence, `${options.stages.length} orders wait for their stage`] : evidence,
    );
  },
};

/** Returns the figures of traffic that is made now, or of the last hour's users. */
async function baselineRoutes(context: Context): Promise<Routes> {
  const { project, options } = context;
  if (!options.makesTraffic) return await readLastHour(project);
  const before = await readCounters(project);
  await makeTraffic(context, BASELINE_SECONDS);
  await delay(REPORT_MS);
  const routes = routesOf(since(before, await readCounters(project)));
  return Object.fromEntries(
    Object.entries(routes).map(([route, { requests, p95Ms }]) => [route, { requests, p95Ms }]),
  );
}

const baseline: GoLiveStep = {
  code: "canary.baseline",
  title: "How fast is the service before the canary?",
  source: "project",
  async run(context) {
    const routes = await baselineRoutes(context);
    await context.tell({ "canary.baseline": JSON.stringify({ routes } satisfies Baseline) });
    const lines = Object.entries(routes).filter(([, { p95Ms }]) => p95Ms !== null)
      .toSorted(([, a], [, b]) => b.requests - a.requests).slice(0, 10)
      .map(([route, { requests, p95Ms }]) => `${route}: p95 ${p95Ms} ms of ${requests} requests`);
    return lines.length > 0 ? found(lines) : warning(
      "no requests in the last hour, so the gate of the p95 has no data",
      "Wait for requests, or add --traffic on this machine.",
    );
  },
};

export const CANARY: readonly GoLiveStep[] = [start, baseline, ...STAGES.map(stageOf)];
