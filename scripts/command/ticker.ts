/** Shows what runs: in a pipe a line for each start; on a terminal one line for all, with their seconds. */
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

/** Shows that `name` runs until the returned function is called; print only after that. */
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
