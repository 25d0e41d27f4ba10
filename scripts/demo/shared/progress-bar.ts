// @ts-types="@types/cli-progress"
import { SingleBar } from "cli-progress";
import pc from "picocolors";
import { print } from "@farthing/command-line";

/** Without a terminal, progress is one line for every 500 requests. */
const PLAIN_EVERY = 500;

/** Shows how many requests have been charged: as a bar on a terminal, as lines elsewhere. */
export interface Progress {
  at(done: number, balance: string): void;
  /** Removes the bar, so that the caller can print a line. The next `at` shows the bar again. */
  pause(): void;
}

export function createProgress(total: number): Progress {
  return Deno.stderr.isTerminal() ? createBar(total) : createLines(total);
}

/** The coloured bar, as a part of a format for cli-progress. */
export const BAR = pc.cyan("{bar}");

/**
 * Makes a progress bar on standard error, in the demo's style. The bar is removed when it stops.
 */
export function createSingleBar(format: string): SingleBar {
  return new SingleBar({
    format: `  ${format}`,
    barCompleteChar: "█",
    barIncompleteChar: "░",
    barsize: 20,
    // Do not hide the cursor: after Ctrl-C the terminal would stay without a cursor and without
    // line wrapping.
    hideCursor: false,
    linewrap: true,
    clearOnComplete: true,
  });
}

function createBar(total: number): Progress {
  let bar: SingleBar | undefined;
  return {
    at(done, balance) {
      if (!bar) {
        bar = createSingleBar(`${BAR} {value} of {total} requests   balance {balance}`);
        bar.start(total, done, { balance });
      }
      bar.update(done, { balance });
    },
    pause() {
      bar?.stop();
      bar = undefined;
    },
  };
}

function createLines(total: number): Progress {
  return {
    at(done, balance) {
      if (done % PLAIN_EVERY === 0) print(`  ${done} of ${total} requests   balance ${balance}`);
    },
    pause() {},
  };
}
