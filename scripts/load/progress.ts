/** Shows the progress of a load test: a bar on a terminal, lines elsewhere. */
// @ts-types="@types/cli-progress"
import type { SingleBar } from "cli-progress";
import { BAR, createSingleBar } from "../demo/shared/progress-bar.ts";
import { printError } from "@farthing/command-line";

export interface Meter {
  /** @param what the name of the current step */
  at(what: string, done: number, of: number): void;
  /** Removes the bar. */
  end(): void;
}

const PLAIN_EVERY_MS = 5_000;

export function createMeter(): Meter {
  if (!Deno.stderr.isTerminal()) return createLines();
  let bar: SingleBar | undefined;
  return {
    at(what, done, of) {
      if (!bar) {
        bar = createSingleBar(`${BAR} {value} of {total}   {what}`);
        bar.start(of, done, { what });
      }
      bar.setTotal(of);
      bar.update(done, { what });
    },
    end() {
      bar?.stop();
      bar = undefined;
    },
  };
}

function createLines(): Meter {
  let last = -Infinity;
  return {
    at(what, done, of) {
      if (performance.now() - last < PLAIN_EVERY_MS) return;
      last = performance.now();
      printError(`  ${String(done).padStart(String(of).length)} of ${of}   ${what}`);
    },
    end() {},
  };
}
