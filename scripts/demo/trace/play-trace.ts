import { Exact } from "../../rates/exact.ts";
import { BackEnd, type Charge } from "./back-end.ts";
import type { Buyer } from "../shared/buyer.ts";
import type { Expected } from "./expected.ts";
import type { Package } from "../shared/catalogue.ts";
import type { Progress } from "../shared/progress-bar.ts";
import { buy, type Credits, readCredits } from "../shared/purchase.ts";
import type { Service } from "../shared/service.ts";
import type { TraceRequest } from "./read-first-2000-requests.ts";

/** The figures of the run. Credits are exact decimals; times are in milliseconds. */
export interface Played {
  charged: number;
  credits: Exact;
  /**
   * The refused requests: the index of each, and the required and the available credits in the 402
   * answer.
   */
  refused: { at: number; required: string; available: string }[];
  /** The credits that the charges took from each lot, by the lot's name ("Business bonus"). */
  byLot: Map<string, Exact>;
  callMs: number[];
  balance: string;
  ledgerCsv: string;
}

/** The objects that one run of the demo uses. */
export interface TraceRun {
  service: Service;
  buyer: Buyer;
  model: string;
  trace: TraceRequest[];
  plan: Expected;
  progress: Progress;
  say: (text: string) => void;
}

/**
 * Buys the first package of the plan and charges the trace in order, with one call for each
 * request. When a request is refused, buys the next package and charges the request again.
 */
export async function playTrace(run: TraceRun): Promise<Played> {
  const { buyer, plan, trace, progress, say } = run;
  // Each run needs new event ids, because the service charges each event id at most once, for ever.
  const prefix = crypto.randomUUID().slice(0, 8);
  const backEnd = new BackEnd(run.service, buyer.userId, run.model);
  const toBuy = [...plan.bought];
  const names = new Map<string, string>();
  const played: Played = {
    charged: 0,
    credits: new Exact(0),
    refused: [],
    byLot: new Map(),
    callMs: [],
    balance: await buyNext(run, toBuy, names),
    ledgerCsv: "",
  };
  for (let at = 0, attempt = 1; at < trace.length;) {
    const eventId = `${prefix}-trace-${String(at + 1).padStart(6, "0")}`;
    const started = performance.now();
    const answer = await backEnd.charge(eventId, attempt, trace[at]!);
    played.callMs.push(performance.now() - started);
    if ("refused" in answer) {
      const { required, available } = answer.refused;
      played.refused.push({ at, required, available });
      progress.pause();
      say(`request ${at + 1}: 402, it costs ${required}, and ${available} are available`);
      played.balance = await buyNext(run, toBuy, names);
      attempt += 1;
      continue;
    }
    note(played, answer.charged, names);
    [at, attempt] = [at + 1, 1];
    progress.at(at, played.balance);
  }
  progress.pause();
  played.balance = (await readCredits(buyer)).balance;
  played.ledgerCsv = await backEnd.readUsageCsv();
  return played;
}

/**
 * Buys the next package of the plan and adds the names of its lots to `names`. Returns the balance.
 */
async function buyNext(
  { buyer, say }: TraceRun,
  toBuy: Package[],
  names: Map<string, string>,
): Promise<string> {
  const next = toBuy.shift();
  if (!next) throw new Error("a request was refused after all planned packages were bought");
  await buy(buyer, next);
  const credits: Credits = await readCredits(buyer);
  for (const { id, source } of credits.lots) {
    if (!names.has(id)) names.set(id, `${next.name} ${source}`);
  }
  say(`${next.name} bought, balance ${credits.balance}`);
  return credits.balance;
}

function note(
  played: Played,
  charge: Charge,
  names: Map<string, string>,
): void {
  played.charged += 1;
  played.credits = played.credits.plus(charge.credits);
  played.balance = charge.balance_after;
  for (const { id, amount } of charge.lots) {
    const name = names.get(id) ?? `unknown lot ${id}`;
    played.byLot.set(name, (played.byLot.get(name) ?? new Exact(0)).plus(amount));
  }
}
