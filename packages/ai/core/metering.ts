/** The metering of calls to models: a user's credits pay for each call. */
import type { FarthingServer } from "@farthing/client/server";
import {
  beginCall,
  type CallTerms,
  type MeteredCall,
  type Settlement,
  type Shared,
} from "./call.ts";
import { type Finished, type FinishOptions, finishSettlements } from "./finish-settlements.ts";
import type { Journal } from "./journal.ts";
import { observeCall } from "./observe.ts";
import type { Price, Spent } from "./price.ts";

export interface MeteringOptions {
  /** A back end's client, made by `createFarthingServer` with the secret key. */
  readonly farthing: FarthingServer;
  /** Where calls are recorded until they are settled. */
  readonly journal: Journal;
  /**
   * `charge`, the default, refuses a call that can't be paid or recorded. `observe` holds, charges
   * and refuses nothing: it reports to `onSettlement` what each call would have cost.
   */
  readonly mode?: "charge" | "observe";
  /** The app's own price of tokens. By default the service's rate of the model applies. */
  readonly price?: Price;
  /** The seconds that a hold lasts; 900 by default. A call should end before its hold expires. */
  readonly ttlSeconds?: number;
  /**
   * The time limit of each request to Farthing with its retries, in milliseconds; 15,000 by
   * default.
   */
  readonly timeoutMs?: number;
  /**
   * Called at the end of each call, for the app's log. Also called when `finishSettlements` settles
   * a call that was pending or cut off; `terms` then comes from the journal. An error that this
   * function throws is ignored.
   */
  readonly onSettlement?: (settlement: Settlement, terms: CallTerms, id: string) => void;
}

/** The work's own result, and how its charge was settled. */
export interface Metered<Value> {
  readonly value: Value;
  readonly settlement: Settlement;
}

/** The object that the work receives, and can use while it runs. */
export interface Running {
  /** The id of the call in the journal. */
  readonly id: string;
  /**
   * Reports what the work has spent so far. The last report is charged if the work throws an error.
   */
  spent(spent: Spent): void;
}

export type MeteredWork<Value> = (running: Running) => Promise<{ readonly value: Value } & Spent>;

export interface Metering {
  readonly mode: "charge" | "observe";
  /**
   * Holds the most that the work can cost, does the work, and charges what it has spent. If the
   * work throws an error, charges what it last reported by `spent`; without a report the work is
   * free.
   * @throws FarthingError before the work begins, such as `insufficient_credits`
   * @throws JournalError before the work begins
   */
  meter<Value>(terms: CallTerms, work: MeteredWork<Value>): Promise<Metered<Value>>;
  /** Begins a call that a different function ends. Every call must be ended or released. */
  begin(terms: CallTerms): Promise<MeteredCall>;
  /** Settles what the journal has. Run this at each start of the app, and every few minutes. */
  finishSettlements(options?: FinishOptions): Promise<Finished>;
}

function sharedOf(options: MeteringOptions): Shared {
  return {
    service: options.farthing,
    journal: options.journal,
    id: crypto.randomUUID(),
    ttlSeconds: options.ttlSeconds ?? 900,
    timeoutMs: options.timeoutMs ?? 15_000,
    price: options.price,
    report(settlement, terms, id) {
      try {
        options.onSettlement?.(settlement, terms, id);
      } catch {
        // An error of the app's `onSettlement` must not change what happens to the charge.
      }
    },
    running: new Set(),
    unsettled: new Map(),
    leftover: new Set(),
  };
}

/**
 * Makes the object that meters an app's calls. Each process of the app needs one.
 *
 * ```ts
 * const metering = createMetering({ farthing, journal: fileJournal("./unsettled", fs) });
 * await metering.finishSettlements();
 * ```
 */
export function createMetering(options: MeteringOptions): Metering {
  const { mode = "charge" } = options;
  const shared = sharedOf(options);
  const begin = async (terms: CallTerms) =>
    mode === "observe" ? observeCall(shared, terms) : await beginCall(shared, terms);
  /**
   * The last run of `finishSettlements`. The next run waits until this one has ended, and then
   * reads the journal again.
   */
  let finishing: Promise<unknown> = Promise.resolve();
  return {
    mode,
    begin,
    async meter(terms, work) {
      const call = await begin(terms);
      let last: Spent | undefined;
      const spent = (now: Spent) => void (last = now);
      try {
        const { value, ...done } = await work({ id: call.id, spent });
        return { value, settlement: await call.end(done as Spent) };
      } catch (error) {
        await (last === undefined ? call.release() : call.end(last));
        throw error;
      }
    },
    finishSettlements(finish = {}) {
      const finished = finishing.then(() => finishSettlements(shared, finish));
      finishing = finished.catch(() => {}); // The caller gets the error.
      return finished;
    },
  };
}
