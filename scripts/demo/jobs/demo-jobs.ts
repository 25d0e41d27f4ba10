/**
 * `deno task demo jobs`: runs research jobs and a job that exports the ledger. One research job
 * completes, one is cancelled, and one fails in its first attempt. Also runs two chats; the reader
 * disconnects early from one of them. Compares the credits that each job and chat costs with the
 * credits computed from the AI provider's list of requests.
 */
import pc from "picocolors";
import { print } from "@farthing/command-line";
import { signUp } from "../shared/buyer.ts";
import { readPackages, readRate } from "../shared/catalogue.ts";
import type { ModelRate } from "../shared/price-request.ts";
import type { Package } from "../shared/catalogue.ts";
import { formatProof, readViolations } from "../shared/proof.ts";
import { buy, readCredits } from "../shared/purchase.ts";
import { formatChecks } from "../shared/checks-table.ts";
import { sendResult } from "../shared/send-result.ts";
import { DemoError, type Service } from "../shared/service.ts";
import type { Check } from "../shared/check.ts";
import { playAbandoned, playChat } from "./chats.ts";
import { playExport } from "./export.ts";
import { createJobProgress } from "./job-progress.ts";
import { priceRequests, readRequests } from "./provider-bill.ts";
import { playCancelled, playResearch, playRetried } from "./research.ts";
import { type RunContext, sayHeading } from "./run-context.ts";
import { compareJobs, type Scenario } from "./compare-jobs.ts";

interface Played {
  scenarios: Scenario[];
  ledgerCsv: string;
}

async function runScenarios(context: RunContext): Promise<Played> {
  const scenarios: Scenario[] = [];
  for (const play of [playResearch, playCancelled, playRetried, playChat, playAbandoned]) {
    scenarios.push(await play(context));
  }
  const { scenario, csv } = await playExport(context);
  return { scenarios: [...scenarios, scenario], ledgerCsv: csv };
}

/** Returns the published rates of these models. */
async function readRates({ buyer }: RunContext, models: string[]): Promise<Map<string, ModelRate>> {
  const rates = new Map<string, ModelRate>();
  for (const model of new Set(models)) rates.set(model, await readRate(buyer, model));
  return rates;
}

/**
 * Returns the number of lots that a purchase of a package creates: one for paid credits, and one
 * for bonus credits if there are any.
 */
function lotsOf({ credits, bonus_credits }: Package): number {
  return [credits, bonus_credits].filter((amount) => Number(amount) > 0).length;
}

function formatVerdict(checks: Check[]): string {
  const differing = checks.filter(({ equal }) => !equal).length;
  return differing === 0
    ? pc.green(`All ${checks.length} figures equal those computed from the provider's list.`)
    : pc.red(`${differing} of ${checks.length} figures differ from the provider's list.`);
}

/**
 * Runs the demo. Returns false if a figure of the service differs from the computed figure, or the
 * ledger's proof finds a violation.
 */
export async function demoJobs(service: Service): Promise<boolean> {
  if (!service.aiUrl) {
    throw new DemoError(
      "AI_URL is not set. Name the env file of a stack with an AI emulator: --env-file FILE.",
    );
  }
  const buyer = await signUp(service);
  const run = `demo-${crypto.randomUUID().slice(0, 8)}`;
  const context: RunContext = { buyer, run, progress: createJobProgress(), say: print };
  print(`${buyer.email} signed up at ${service.url}`);
  const [bought] = await readPackages(buyer);
  if (!bought) throw new DemoError("no package is on sale: run the seed, or put a package on sale");
  await buy(buyer, bought);
  const { balance: before } = await readCredits(buyer);
  print(`${bought.name} bought, balance ${before}`);
  const { scenarios, ledgerCsv } = await runScenarios(context);

  const { balance: after, held } = await readCredits(buyer);
  const requests = await readRequests(service, run);
  const rates = await readRates(context, requests.map(({ model }) => model));
  const checks = compareJobs({
    ...{ scenarios, ledgerCsv, before, after, held },
    rowsBefore: lotsOf(bought),
    priced: ({ mark }) => priceRequests(requests, mark, rates),
  });
  const violations = await readViolations(service);
  await sendResult(service, { command: "deno task demo jobs", checks, violations });
  sayHeading(context, `Balance ${before} before, ${after} after`);
  print(
    pc.dim(
      `${requests.length} requests reached the provider; "computed" is their price at the rates`,
    ),
  );
  print();
  print(formatChecks(checks));
  print();
  print(formatVerdict(checks));
  print(formatProof(violations));
  return violations.length === 0 && checks.every(({ equal }) => equal);
}
