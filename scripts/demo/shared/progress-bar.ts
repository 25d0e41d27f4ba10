// @ts-types="@types/cli-progress"
import { SingleBar } from "cli-progress";
import pc from "picocolors";
import { print } from "@farthing/command-line";

/** Where there is no terminal, one line per so many requests. */
const PLAIN_EVERY = 500;

/** How far the charging is: a bar on a terminal, now and then a line elsewhere. */
export interface Progress {
  at(done: number, balance: string): void;
  /** Takes the bar away, so that something can be said; it comes back with the next `at`. */
  pause(): void;
}

export function createProgress(total: number): Progress {
  return Deno.stderr.isTerminal() ? createBar(total) : createLines(total);
}

/** The bar itself, as part of a format. */
export const BAR = pc.cyan("{bar}");

/** A line of progress on standard error, in the demo's look, that leaves nothing behind. */
export function createSingleBar(format: string): SingleBar {
  return new SingleBar({
    format: `  ${format}`,
    barCompleteChar: "█",
    barIncompleteChar: "░",
    barsize: 20,
    // Left as they are: Ctrl-C would leave the terminal without them.
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
