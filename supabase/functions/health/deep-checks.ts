/**
 * Checks that cost money, because each one makes a small use of a paid service. No check sends an email,
 * because a person would have to read it.
 */
import { countUsedTokens } from "../_shared/adapters/ai/usage.ts";
import { DeepReport } from "../_shared/contracts/health.ts";
import { ApiError } from "../_shared/core/errors.ts";
import { RUNNER_DEADLINE_MS } from "../_shared/core/deadline.ts";
import type { Services } from "../_shared/http/route/app-services.ts";
import { defineRoute } from "../_shared/http/route/define-route.ts";
import { ok } from "../_shared/http/reply/reply.ts";

type Figures = Readonly<Record<string, number>>;

interface DeepCheck {
  readonly name: string;
  /**
   * The approximate cost of one check, in hundredths of a cent. It includes the load that the check
   * puts on the service. If all checks run once an hour, they cost 408 units a day.
   */
  readonly units: number;
  /**
   * Uses the service, and returns the service's own statistics if there are any.
   * @throws any error of the service; ApiError `not_ready` if the service is not configured
   */
  readonly run: (services: Services) => Promise<Figures | void>;
}

class CheckFailed extends Error {
  constructor(readonly code: string) {
    super(code);
  }
}

const MOST_TOKENS = 16;

async function askModel(services: Services): Promise<void> {
  const ai = await services.ai();
  const model = ai.researchModel;
  const messages = [{ role: "user" as const, content: "Answer with one word: ready?" }];
  const { usage } = await ai.complete({ model, messages, maxOutputTokens: MOST_TOKENS });
  countUsedTokens(services.metrics, model, usage);
}

async function askStripe({ payments }: Services): Promise<void> {
  await (await payments()).readBalance();
}

async function askRedis({ checkRedis, readRedisFigures }: Services): Promise<Figures> {
  if (await checkRedis() !== "ok") throw new CheckFailed("degraded");
  return await readRedisFigures();
}

async function askLedger({ database }: Services): Promise<void> {
  // Each check starts at a random place in the ledger, so that all parts are checked over time.
  const { wrong } = await database.rpc("deep_checks_ledger", { p_start: Math.random() });
  if (wrong > 0) throw new CheckFailed("ledger_wrong");
}

const CHECKS: readonly DeepCheck[] = [
  { name: "ai", units: 10, run: askModel },
  { name: "database", units: 5, run: askLedger },
  { name: "redis", units: 1, run: askRedis },
  { name: "stripe", units: 1, run: askStripe },
];

interface CheckOutcome {
  readonly name: string;
  readonly outcome: "ok" | "failed" | "skipped";
  readonly duration_ms: number;
  readonly code: string | null;
}

interface Ran {
  readonly outcome: CheckOutcome;
  readonly figures: Figures;
}

interface Checked {
  readonly outcome: CheckOutcome;
  readonly unitsLeft: number;
}

const NO_FIGURES: Figures = {};

function codeOf(error: unknown): string {
  if (error instanceof ApiError || error instanceof CheckFailed) return error.code;
  return "internal";
}

async function runCheck({ name, run }: DeepCheck, services: Services): Promise<Ran> {
  const startedMs = performance.now();
  let figures = NO_FIGURES;
  let code: string | null = null;
  try {
    figures = await run(services) ?? NO_FIGURES;
  } catch (error) {
    code = codeOf(error);
  }
  const duration_ms = Math.round(performance.now() - startedMs);
  const outcome: CheckOutcome = code === "not_ready"
    ? { name, outcome: "skipped", duration_ms, code: "unconfigured" }
    : { name, outcome: code === null ? "ok" : "failed", duration_ms, code };
  return { outcome, figures };
}

function skipped(name: string): Ran {
  const outcome = { name, outcome: "skipped", duration_ms: 0, code: "budget_spent" } as const;
  return { outcome, figures: NO_FIGURES };
}

async function checkWithin(check: DeepCheck, services: Services): Promise<Checked> {
  const { database, metrics } = services;
  const { name, units } = check;
  // The check's cost is deducted from the budget before the check runs, because a check that fails
  // costs the same as one that succeeds.
  const { claimed, units_left } = await database.rpc("deep_checks_claim", { p_units: units });
  const { outcome, figures } = claimed ? await runCheck(check, services) : skipped(name);
  metrics.count("deep_checks", { check: name, outcome: outcome.outcome });
  if (outcome.outcome !== "skipped") {
    await database.rpc("deep_checks_report", {
      p_name: name,
      p_outcome: outcome.outcome,
      p_duration_ms: outcome.duration_ms,
      p_code: outcome.code ?? undefined,
      p_figures: figures,
    });
  }
  return { outcome, unitsLeft: units_left };
}

/**
 * Runs all checks within the day's budget.
 * @throws ApiError if the database is unavailable. Then no check runs, because the cost of a check
 *   must be deducted before it runs.
 */
async function runDeepChecks(services: Services) {
  const checked = await Promise.all(CHECKS.map((check) => checkWithin(check, services)));
  return {
    checks: checked.map(({ outcome }) => outcome),
    units_left: Math.min(...checked.map(({ unitsLeft }) => unitsLeft)),
  };
}

/** Runs the checks that cost money, within the day's budget. */
export const runDeep = defineRoute({
  method: "post",
  path: "/deep",
  summary: "Run the checks that cost money",
  description:
    "Called by a scheduled task each hour. Checks beyond the day's budget are skipped, and " +
    "failed checks are reported: both are results, not errors. `GET /health` has the outcomes.",
  who: ["secret"],
  limit: "none",
  deadlineMs: RUNNER_DEADLINE_MS,
  idempotent: false,
  responses: { 200: DeepReport },
  handler: async ({ services }) => {
    const checks = runDeepChecks(services);
    // The database calls this route with pg_net, which waits only some seconds for the response.
    // waitUntil keeps the isolate alive until the work is done.
    services.waitUntil(checks.catch(() => {}));
    return ok(await checks);
  },
});
