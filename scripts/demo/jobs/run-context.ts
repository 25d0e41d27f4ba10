import pc from "picocolors";
import { waitFor } from "@farthing/command-line";
import type { Buyer } from "../shared/buyer.ts";
import { readCredits } from "../shared/purchase.ts";
import { DemoError } from "../shared/service.ts";
import type { JobProgress } from "./job-progress.ts";

/** What every act of the demo plays with. */
export interface Stage {
  buyer: Buyer;
  /** In every prompt of this run, so that the provider's list of it can be told from all others. */
  run: string;
  progress: JobProgress;
  say: (text?: string) => void;
}

/** A step under way when its job is cancelled ends first, and an abandoned stream is noticed first. */
const RELEASED_DEADLINE_MS = 30_000;
const RELEASED_POLL_MS = 100;

/** Waits until nothing of the account is held any more. */
export async function untilReleased({ buyer, progress }: Stage, what: string): Promise<void> {
  const probe = async () => (await readCredits(buyer)).held === "0" || undefined;
  const released = waitFor(probe, RELEASED_DEADLINE_MS, RELEASED_POLL_MS);
  if (!await progress.busy(what, released)) {
    throw new DemoError("credits stay held 30 s after the end");
  }
}

export function sayHeading({ say }: Stage, heading: string): void {
  say();
  say(pc.bold(heading));
}
