/**
 * Shows which steps are running. On a terminal, one line lists them with their elapsed time.
 * Elsewhere, one line is printed for each step that starts.
 */
import pc from "picocolors";
import { print } from "@farthing/command-line";
import { formatMs } from "./format-ms.ts";

const encoder = new TextEncoder();
const CLEAR_LINE = "\r\x1b[K";

const running = new Map<string, number>();
let timer: ReturnType<typeof setInterval> | undefined;

function clear(): void {
  Deno.stdout.writeSync(encoder.encode(CLEAR_LINE));
}

function draw(): void {
  const now = performance.now();
  const all = [...running].map(([name, start]) => `${name} ${formatMs(now - start)}`);
  clear();
  Deno.stdout.writeSync(encoder.encode(pc.dim(`… ${all.join(", ")}`)));
}

/**
 * Shows that `name` is running until the caller calls the returned function. The caller must print
 * results only after that call.
 */
export function tick(name: string, about: string): () => void {
  if (!Deno.stdout.isTerminal()) {
    print(pc.dim(`… ${name}: ${about}`));
    return () => {};
  }
  running.set(name, performance.now());
  timer ??= setInterval(draw, 1000);
  return () => {
    running.delete(name);
    clear();
    if (running.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}
