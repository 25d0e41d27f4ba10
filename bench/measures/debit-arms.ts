/**
 * The arms of the debit. Each has a statement, a choice of accounts, and a description of the work
 * that it leaves out.
 */
import type { Parameter } from "../load/statement-parameters.ts";
import type { Spread } from "../load/keys-and-accounts.ts";

export interface Arm {
  name: string;
  /** The goals that need this arm. */
  goals: string[];
  statement: string;
  parameters: Parameter[];
  spread: Spread;
  /** The number of charges that one call makes. */
  batch: number;
  /**
   * SQL that returns a row for each problem in the arm's database. `$calls` stands for the number
   * of answered calls, and `$seeded` for the number of entries before those calls.
   */
  problems: string;
  /** The work that this arm leaves out. Readers need it to compare the arms. */
  lacks: string;
}

const AMOUNT = { kind: "text", value: "1" } as const;
const TRACE_ID = { kind: "text", value: "0af7651916cd43dd8448eb211c80319c" } as const;
const FINGERPRINT = { kind: "text", value: "ab".repeat(32) } as const;
const USER = { kind: "account", as: "user" } as const;
const NUMBER = { kind: "account", as: "number" } as const;

/**
 * Returns a call of one of the product's functions with named arguments, as the edge functions call
 * it.
 */
function call(name: string, args: Record<string, Parameter>) {
  const list = Object.keys(args).map((arg, index) => `${arg} => $${index + 1}`).join(", ");
  return { statement: `select farthing_public.${name}(${list})`, parameters: Object.values(args) };
}

const DEBIT = {
  p_user_id: USER,
  p_amount: AMOUNT,
  p_reason: { kind: "text", value: "bench" },
  p_reference_id: { kind: "text", value: "request-12345678" },
  p_correlation_id: TRACE_ID,
} as const;

const KEYED = { p_idempotency_key: { kind: "key" }, p_fingerprint: FINGERPRINT } as const;

/** The keys that a replay sends again. They are used once before the replay is measured. */
export const REPLAYED = { seed: 7, count: 5_000 };

const replay = call("credits_debit", {
  ...DEBIT,
  p_idempotency_key: { kind: "key", known: REPLAYED },
  p_fingerprint: FINGERPRINT,
});

const debit = call("credits_debit", { ...DEBIT, ...KEYED });

const LEDGER = "bench.ledger_problems($seeded, $calls)";
const FLOOR = "bench.floor_problems($calls)";
const PAIR = "bench.pair_problems($calls)";

const floor = {
  statement: "with taken as (update bench.floor_accounts set balance = balance - $2::numeric " +
    "where account_id = $1::bigint and balance >= $2::numeric returning account_id) " +
    "insert into bench.floor_entries (account_id, amount) select account_id, $2::numeric from taken",
  parameters: [NUMBER, AMOUNT],
};

const pair = {
  statement: "select bench.pair_transfer($1::bigint, $2::bigint, $3::numeric)",
  parameters: [NUMBER, { kind: "other-account" } as const, AMOUNT],
};

const ledger = { batch: 1, problems: LEDGER };
const floors = { batch: 1, problems: FLOOR, lacks: "idempotency, lots, holds, history, answer" };
const pairs = { batch: 1, problems: PAIR, lacks: "idempotency, lots, holds" };

/**
 * Measures the most calls per second that the client itself can make. This rate is far above that
 * of any other arm, so the client does not limit the other arms.
 */
const EMPTY: Arm = {
  name: "an empty statement",
  goals: ["G1"],
  statement: "select 1",
  parameters: [],
  spread: "hot",
  batch: 1,
  problems: "(select '' where false)",
  lacks: "anything",
};

const arms: Arm[] = [
  EMPTY,
  { name: "floor, random", goals: ["G1"], spread: "uniform", ...floor, ...floors },
  { name: "floor, Zipf", goals: ["G1"], spread: "zipf", ...floor, ...floors },
  { name: "floor, hot", goals: ["G4"], spread: "hot", ...floor, ...floors },
  { name: "two-sided, random", goals: ["G1"], spread: "uniform", ...pair, ...pairs },
  { name: "two-sided, hot", goals: ["G4"], spread: "hot", ...pair, ...pairs },
  {
    name: "debit, random",
    goals: ["G1", "G4", "G6", "G7"],
    spread: "uniform",
    ...debit,
    ...ledger,
    lacks: "nothing",
  },
  { name: "debit, Zipf", goals: ["G1"], spread: "zipf", ...debit, ...ledger, lacks: "nothing" },
  {
    name: "debit, hot",
    goals: ["G4", "G5"],
    spread: "hot",
    ...debit,
    ...ledger,
    lacks: "nothing",
  },
  {
    name: "debit without key",
    goals: ["G6"],
    spread: "uniform",
    ...call("credits_debit", DEBIT),
    ...ledger,
    lacks: "idempotency",
  },
  {
    name: "replay",
    goals: ["G7"],
    spread: "uniform",
    ...replay,
    ...ledger,
    // A replay must not charge again.
    problems: LEDGER.replace("$calls", "0"),
    lacks: "the debit itself",
  },
  {
    name: "batch of 100, hot",
    goals: ["G5"],
    spread: "hot",
    ...call("usage_charge_batch", {
      p_events: { kind: "events", count: 100, model: "gpt-4o" },
      p_correlation_id: TRACE_ID,
      ...KEYED,
    }),
    ...ledger,
    batch: 100,
    lacks: "nothing; prices each event",
  },
];

/** Returns the arms that the selected goals need. */
export function armsFor(isWanted: (goal: string) => boolean): Arm[] {
  return arms.filter(({ goals }) => goals.some(isWanted));
}

export function armNamed(name: string): Arm {
  return arms.find((arm) => arm.name === name)!;
}
