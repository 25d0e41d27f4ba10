/** A line that says what is going on: once into a pipe, with its seconds on a terminal. */
import pc from "picocolors";
import { print } from "../terminal/print.ts";
import { formatMs } from "./report.ts";

const encoder = new TextEncoder();
const CLEAR_LINE = "\r\x1b[K";

/** Shows `text` until the returned function is called, which on a terminal takes it away again. */
export function tick(text: string): () => void {
  if (!Deno.stdout.isTerminal()) {
    print(pc.dim(`… ${text}`));
    return () => {};
  }
  const start = performance.now();
  const draw = () => {
    const line = pc.dim(`… ${text}  ${formatMs(performance.now() - start)}`);
    Deno.stdout.writeSync(encoder.encode(CLEAR_LINE + line));
  };
  draw();
  const timer = setInterval(draw, 1000);
  return () => {
    clearInterval(timer);
    Deno.stdout.writeSync(encoder.encode(CLEAR_LINE));
  };
}
