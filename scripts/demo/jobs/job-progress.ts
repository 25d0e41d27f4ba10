import type { SingleBar } from "cli-progress";
import { delay, print } from "@farthing/command-line";
import { BAR, createSingleBar } from "../shared/progress-bar.ts";

/** The state of a job, as the last poll returned it. */
interface Known {
  status: string;
  progress: number;
}

/**
 * Shows the progress of a job: on a terminal as a bar with a countdown to the next poll, elsewhere
 * as printed lines.
 */
export interface JobProgress {
  /** Waits until the next poll, and shows the seconds that remain. */
  wait(seconds: number, known: Known | undefined): Promise<void>;
  /** Shows the text `what` until the work has ended. */
  busy<T>(what: string, work: Promise<T>): Promise<T>;
  /** Removes the bar. The next wait shows it again. */
  clear(): void;
}

const TICK_MS = 100;

export function createJobProgress(): JobProgress {
  return Deno.stderr.isTerminal() ? createBar() : createLines();
}

const stateOf = (known: Known | undefined): string => known?.status ?? "started";

function createBar(): JobProgress {
  let bar: SingleBar | undefined;
  const clear = () => {
    bar?.stop();
    bar = undefined;
  };
  return {
    async wait(seconds, known) {
      const percent = known?.progress ?? 0;
      const end = performance.now() + seconds * 1000;
      for (let left = seconds * 1000; left > 0; left = end - performance.now()) {
        const state = `${stateOf(known)}, next poll in ${Math.ceil(left / 1000)} s`;
        if (!bar) {
          bar = createSingleBar(`${BAR} {percentage} %   {state}`);
          bar.start(100, percent, { state });
        }
        bar.update(percent, { state });
        await delay(Math.min(left, TICK_MS));
      }
    },
    async busy(what, work) {
      clear();
      const line = createSingleBar(` ${what}, {duration_formatted}`);
      line.start(1, 0);
      return await work.finally(() => line.stop());
    },
    clear,
  };
}

function createLines(): JobProgress {
  return {
    async wait(seconds, known) {
      const percent = known ? ` at ${known.progress} %` : "";
      print(`   ${stateOf(known)}${percent}, next poll in ${seconds} s`);
      await delay(seconds * 1000);
    },
    async busy(what, work) {
      print(`   ${what}`);
      return await work;
    },
    clear() {},
  };
}
