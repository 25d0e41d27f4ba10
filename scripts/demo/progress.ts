// @ts-types="@types/cli-progress"
import { SingleBar } from "cli-progress";
import pc from "picocolors";
import { print } from "../terminal/print.ts";

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

function createBar(total: number): Progress {
  let bar: SingleBar | undefined;
  return {
    at(done, balance) {
      if (!bar) {
        bar = new SingleBar({
          format: `  ${pc.cyan("{bar}")} {value} of {total} requests   balance {balance}`,
          barCompleteChar: "█",
          barIncompleteChar: "░",
          barsize: 20,
          // Left as they are: Ctrl-C would leave the terminal without them.
          hideCursor: false,
          linewrap: true,
          clearOnComplete: true,
        });
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
