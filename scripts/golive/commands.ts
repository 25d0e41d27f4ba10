/** The steps of each command, and how a command runs them. */
import type { GoLiveStep } from "./command/context.ts";
import type { CommandName } from "./command/options.ts";
import { CANARY } from "./canary/steps.ts";
import { FIRST_DOLLAR } from "./first-dollar/steps.ts";
import { PREFLIGHT } from "./preflight/steps.ts";
import { ROLLBACK } from "./rollback/steps.ts";
import { SMOKE } from "./smoke/steps.ts";
import { SNAPSHOT } from "./snapshot/steps.ts";
import { WEBHOOK } from "./webhook/steps.ts";

export const STEPS: Readonly<Record<CommandName, readonly GoLiveStep[]>> = {
  "preflight": PREFLIGHT,
  "smoke": SMOKE,
  "webhook": WEBHOOK,
  "canary": CANARY,
  "rollback": ROLLBACK,
  "first-dollar": FIRST_DOLLAR,
  "snapshot": SNAPSHOT,
  "full": [...SNAPSHOT, ...PREFLIGHT, ...SMOKE, ...WEBHOOK, ...CANARY, ...FIRST_DOLLAR],
};

/** Commands that only look, so that each check is of use after another has failed. */
export const LOOKS: readonly CommandName[] = ["preflight", "smoke", "webhook"];

/** Commands that move money: in live mode they need --live and a typed confirmation. */
export const PAYS: readonly CommandName[] = ["first-dollar", "full"];
