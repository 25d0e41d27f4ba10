/** The steps of each command, and how a command runs them. */
import type { GoLiveStep } from "./command/context.ts";
import { type CommandName, STAGES } from "./command/options.ts";
import { isHosted, needed, neededWhere } from "./command/required-steps.ts";
import { CANARY } from "./canary/steps.ts";
import { FIRST_DOLLAR } from "./first-dollar/steps.ts";
import { guardSales, guardSalesIfOpen } from "./first-dollar/guard-sales.ts";
import { PREFLIGHT } from "./preflight/steps.ts";
import { ROLLBACK } from "./rollback/steps.ts";
import { SMOKE } from "./smoke/steps.ts";
import { SNAPSHOT } from "./snapshot/steps.ts";
import { WEBHOOK } from "./webhook/steps.ts";

/**
 * The preflight. The checks listed here look at the project itself, so a run that skips one of them
 * is INCOMPLETE. A run that skips another check can still be a GO. The last two checks are required
 * only of a hosted project.
 */
const CHECKS = neededWhere(
  isHosted,
  needed(
    PREFLIGHT,
    ...["preflight.webhook-endpoint", "preflight.webhook-secret"],
    ...["preflight.migrations", "preflight.cron"],
  ),
  ...["preflight.project-secrets", "preflight.snapshot"],
);

const EVENTS = needed(WEBHOOK, "webhook.signed", "webhook.gaps");

const DUMP = ["snapshot.dump", "snapshot.restore", "snapshot.prove"];

/**
 * If a resumed canary can't go on, the flag stays on for the users of the last stage. The step
 * `canary.start` must therefore also be able to switch sales off (see `guardSales`).
 */
const GUARDED_CANARY = CANARY.map((step) =>
  step.code === "canary.start" ? guardSalesIfOpen(step) : step
);

/**
 * Makes only the stages in --stages required. The canary skips the other stages, and is complete
 * without them.
 */
const STAGED = STAGES.reduce<readonly GoLiveStep[]>(
  (steps, stage) =>
    neededWhere(({ options }) => options.stages.includes(stage), steps, `canary.stage-${stage}`),
  GUARDED_CANARY,
);

const DOLLAR = needed(
  FIRST_DOLLAR,
  // first-dollar.credits is not required, because a later run can't sign the buyer in and skips
  // that step. first-dollar.entry also shows the credits.
  ...["first-dollar.checkout", "first-dollar.payment", "first-dollar.entry"],
).map(guardSales);

export const STEPS: Readonly<Record<CommandName, readonly GoLiveStep[]>> = {
  "preflight": CHECKS,
  "smoke": SMOKE,
  "webhook": EVENTS,
  "canary": STAGED,
  "rollback": ROLLBACK,
  "first-dollar": DOLLAR,
  "snapshot": needed(SNAPSHOT, ...DUMP),
  "full": [
    // Only a hosted project must have a snapshot. A stack on this machine has no ledger to save,
    // and its server is often newer than pg_dump.
    ...neededWhere(isHosted, SNAPSHOT, ...DUMP),
    ...[...CHECKS, ...SMOKE, ...EVENTS].map(guardSalesIfOpen),
    ...STAGED,
    ...DOLLAR,
  ],
};

/** Commands that are lists of checks: each check is useful even after another has failed. */
export const LOOKS: readonly CommandName[] = ["preflight", "smoke", "webhook"];

/** Commands that go on after a failed step. A rollback must get as far as it can. */
export const GO_ON: readonly CommandName[] = [...LOOKS, "rollback"];

/** Commands that move money: in live mode they need --live and a typed confirmation. */
export const PAYS: readonly CommandName[] = ["first-dollar", "full"];

const HOUR_MS = 3_600_000;

/**
 * Returns the greatest age at which an interrupted run may go on. For a rollback it is one hour,
 * because the state of sales may have changed after a longer time.
 */
export const mostMsOf = (command: CommandName): number =>
  command === "rollback" ? HOUR_MS : 24 * HOUR_MS;
