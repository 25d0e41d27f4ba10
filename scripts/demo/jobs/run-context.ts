import pc from "picocolors";
import { waitFor } from "@farthing/command-line";
import type { Buyer } from "../shared/buyer.ts";
import { readCredits } from "../shared/purchase.ts";
import { DemoError } from "../shared/service.ts";
import type { JobProgress } from "./job-progress.ts";

/** The objects that every scenario of the demo uses. */
export interface RunContext {
  buyer: Buyer;
  /**
   * A text that every prompt of this run contains. It selects this run's requests in the AI
   * provider's list.
   */
  run: string;
  progress: JobProgress;
  say: (text?: string) => void;
}

/**
 * The maximum time until held credits are released. Before that, the current step of a cancelled
 * job must end, or the service must detect an abandoned stream.
 */
const RELEASED_DEADLINE_MS = 30_000;
const RELEASED_POLL_MS = 100;

/** Waits until the account has no held credits. */
export async function untilReleased({ buyer, progress }: RunContext, what: string): Promise<void> {
  const probe = async () => (await readCredits(buyer)).held === "0" || undefined;
  const released = waitFor(probe, RELEASED_DEADLINE_MS, RELEASED_POLL_MS);
  if (!await progress.busy(what, released)) {
    throw new DemoError(
      "the account still has held credits after a wait of 30 s for their release",
    );
  }
}

export function sayHeading({ say }: RunContext, heading: string): void {
  say();
  say(pc.bold(heading));
}
