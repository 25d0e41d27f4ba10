/** The steps of each command, and how a command runs them. */
import type { GoLiveStep } from "./command/context.ts";
import type { CommandName } from "./command/options.ts";
import { CANARY } from "./canary/steps.ts";
import { FIRST_DOLLAR } from "./first-dollar/steps.ts";
import { withinFull } from "./first-dollar/within-full.ts";
import { PREFLIGHT } from "./preflight/steps.ts";
import { ROLLBACK } from "./rollback/steps.ts";
import { SMOKE } from "./smoke/steps.ts";
import { SNAPSHOT } from "./snapshot/steps.ts";
import { WEBHOOK } from "./webhook/steps.ts";

const needed = (steps: readonly GoLiveStep[], ...codes: readonly string[]): GoLiveStep[] =>
  steps.map((step) => codes.includes(step.code) ? { ...step, isRequired: true } : step);

const DOLLAR = needed(
  FIRST_DOLLAR,
  // A later run can't sign the buyer in, so it skips the credits; the entry shows them.
  ...["first-dollar.checkout", "first-dollar.payment", "first-dollar.entry"],
);

export const STEPS: Readonly<Record<CommandName, readonly GoLiveStep[]>> = {
  "preflight": PREFLIGHT,
  "smoke": SMOKE,
  "webhook": needed(WEBHOOK, "webhook.signed", "webhook.gaps"),
  "canary": CANARY,
  "rollback": ROLLBACK,
  "first-dollar": DOLLAR,
  "snapshot": needed(SNAPSHOT, "snapshot.dump", "snapshot.restore", "snapshot.prove"),
  "full": [...SNAPSHOT, ...PREFLIGHT, ...SMOKE, ...WEBHOOK, ...CANARY, ...DOLLAR.map(withinFull)],
};

/** Commands that only look, so that each check is of use after another has failed. */
export const LOOKS: readonly CommandName[] = ["preflight", "smoke", "webhook"];

/** Commands that go on behind a failed step. A way back must get as far as it can. */
export const GO_ON: readonly CommandName[] = [...LOOKS, "rollback"];

/** Commands that move money: in live mode they need --live and a typed confirmation. */
export const PAYS: readonly CommandName[] = ["first-dollar", "full"];

const HOUR_MS = 3_600_000;

/** For how long an ended run may go on: sales may have changed since a rollback of yesterday. */
export const mostMsOf = (command: CommandName): number =>
  command === "rollback" ? HOUR_MS : 24 * HOUR_MS;
