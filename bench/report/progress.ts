/**
 * Shows what is being measured. On a terminal, a single line is replaced again and again.
 * Elsewhere, the current step is printed at most once in 10 seconds.
 */
import pc from "picocolors";
import { printError } from "@farthing/command-line";

const CLEAR_LINE = "\r\x1b[2K";
const PLAIN_EVERY_MS = 10_000;

export interface Progress {
  say(what: string): void;
  /** Removes the line. */
  end(): void;
}

function clock(fromMs: number): string {
  const seconds = Math.floor((performance.now() - fromMs) / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

export function createProgress(): Progress {
  const begin = performance.now();
  const encoder = new TextEncoder();
  const write = (text: string) => Deno.stderr.writeSync(encoder.encode(text));
  if (Deno.stderr.isTerminal()) {
    let now = "";
    const show = () => write(`${CLEAR_LINE}${pc.cyan(clock(begin))} ${now}`);
    // The elapsed time is updated every second, so that a long step does not look stuck.
    const ticking = setInterval(show, 1_000);
    Deno.unrefTimer(ticking);
    return {
      say(what) {
        now = what;
        show();
      },
      end() {
        clearInterval(ticking);
        write(CLEAR_LINE);
      },
    };
  }
  let last = -Infinity;
  return {
    say(what) {
      if (performance.now() - last < PLAIN_EVERY_MS) return;
      last = performance.now();
      printError(`${clock(begin)} ${what}`);
    },
    end() {},
  };
}
