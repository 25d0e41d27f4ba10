/** An HTTP server on 127.0.0.1, with a clear word when its port is taken. */
import { delay } from "@farthing/command-line";
import { isListenedOn, portOwner } from "./port-owner.ts";
import { MAX_OFFSET } from "./ports.ts";
import { StackError } from "./stack-error.ts";

type Handler = (request: Request) => Response | Promise<Response>;

export interface Listener {
  /** In order unless it is to be `atOnce`, as if the program had ended. */
  close(how?: { atOnce: boolean }): Promise<void>;
}

/** A port of the stack: what it is for, and by what it was shifted. */
export interface Port {
  port: number;
  purpose: string;
  offset: number;
}

const CLOSE_TIMEOUT_MS = 1_000;
/** For how long a port that nobody listens on is tried: outgoing connections hold one for a moment. */
const BIND_TIMEOUT_MS = 5_000;
const BIND_INTERVAL_MS = 100;

/** @throws StackError that names the port and what it was for */
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
      // In order first; keep-alive connections of browsers would hold that for minutes.
      const timer = setTimeout(() => controller.abort(), CLOSE_TIMEOUT_MS);
      await server.shutdown();
      clearTimeout(timer);
    },
  };
}

/** @throws StackError when a port is taken already */
export async function requireFree(port: Port): Promise<void> {
  await bind(port, () => Deno.listen({ hostname: "127.0.0.1", port: port.port }).close());
}

/**
 * The stack's ports are Supabase's and lie where Linux also takes the near end of outgoing connections
 * from. Such a connection is over in moments, or
 * in the minute that TCP keeps a closed one for; a program that listens stays.
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
