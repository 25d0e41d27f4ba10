// @ts-types="@types/cli-progress"
import { SingleBar } from "cli-progress";
import pc from "picocolors";
import { print } from "@farthing/command-line";

/** Without a terminal, progress is one line for every 500 requests. */
const PLAIN_EVERY = 500;

/** Shows how many requests are charged: a bar on a terminal, lines elsewhere. */
export interface Progress {
  at(done: number, balance: string): void;
  /** Removes the bar, so that a line can be printed; the next `at` shows it again. */
  pause(): void;
}

export function createProgress(total: number): Progress {
  return Deno.stderr.isTerminal() ? createBar(total) : createLines(total);
}

/** The bar itself, as part of a format. */
export const BAR = pc.cyan("{bar}");

/** Makes a progress bar on standard error, in the demo's style, which is removed at its end. */
export function createSingleBar(format: string): SingleBar {
  return new SingleBar({
    format: `  ${format}`,
    barCompleteChar: "█",
    barIncompleteChar: "░",
    barsize: 20,
    // Unchanged: otherwise Ctrl-C would leave the terminal without a cursor and line wrapping.
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
