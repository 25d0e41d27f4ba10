/**
 * Serves HTTP on 127.0.0.1. If the port is taken and the process that holds it is known, the error
 * names that process.
 */
import { delay } from "@farthing/command-line";
import { isListenedOn, portOwner } from "./port-owner.ts";
import { MAX_OFFSET } from "./ports.ts";
import { StackError } from "./stack-error.ts";

type Handler = (request: Request) => Response | Promise<Response>;

export interface Listener {
  /**
   * Accepts no more requests, and returns when pending answers are sent, at the latest after one
   * second. With `atOnce`, stops immediately, as if the program had crashed.
   */
  close(how?: { atOnce: boolean }): Promise<void>;
}

/** A port of the stack, and what it serves. `port` already includes `offset`. */
export interface Port {
  port: number;
  purpose: string;
  offset: number;
}

const CLOSE_TIMEOUT_MS = 1_000;
/**
 * How long to wait for a port that is taken although no program listens on it. An outgoing
 * connection holds such a port, usually only for a moment.
 */
const BIND_TIMEOUT_MS = 5_000;
const BIND_INTERVAL_MS = 100;

/** @throws StackError that names the port and its purpose */
export async function listen(port: Port, handler: Handler): Promise<Listener> {
  const controller = new AbortController();
  const options = {
    hostname: "127.0.0.1",
    port: port.port,
    signal: controller.signal,
    onListen: () => {},
  };
  const server = await bind(port, () => Deno.serve(options, handler));
  return {
    async close({ atOnce } = { atOnce: false }) {
      if (atOnce) controller.abort();
      // Stop waiting after a timeout: a pending answer or a browser's keep-alive connection could
      // delay the shutdown for minutes. Aborting the server during its shutdown is not possible,
      // because Deno then throws an uncaught error.
      const timeout = Promise.withResolvers<void>();
      const timer = setTimeout(timeout.resolve, CLOSE_TIMEOUT_MS);
      await Promise.race([server.shutdown(), timeout.promise]);
      clearTimeout(timer);
    },
  };
}

/** @throws StackError when a port is taken */
export async function requireFree(port: Port): Promise<void> {
  await bind(port, () => Deno.listen({ hostname: "127.0.0.1", port: port.port }).close());
}

/**
 * Opens a port. The stack uses Supabase's ports, and Linux may give the same ports to outgoing
 * connections. Most of these connections end soon, so `bind` retries for five seconds. But TCP may
 * hold the port for up to a minute after a connection has ended. In that case the error says to try
 * again in a minute. If a program listens on the port, `bind` fails at once.
 */
async function bind<T>(port: Port, open: () => T): Promise<T> {
  const end = performance.now() + BIND_TIMEOUT_MS;
  while (true) {
    try {
      return open();
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
      const stays = isListenedOn(port.port) || performance.now() > end;
      if (stays) throw portTaken(port);
      await delay(BIND_INTERVAL_MS);
    }
  }
}

const NEXT_OFFSET = 100;

function portTaken({ port, purpose, offset }: Port): StackError {
  const next = offset + NEXT_OFFSET <= MAX_OFFSET ? offset + NEXT_OFFSET : 0;
  const move = `use --offset ${next} to move every port.`;
  const what = `Port ${port} (${purpose}) is taken`;
  if (!isListenedOn(port)) {
    return new StackError(
      `${what} by an outgoing connection: try again in a minute, or ${move}`,
    );
  }
  const pid = portOwner(port);
  return new StackError(
    `${what}${pid === undefined ? "" : ` by process ${pid}`}: end it, or ${move}`,
  );
}
