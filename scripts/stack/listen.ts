/** An HTTP server on 127.0.0.1, with a clear word when its port is taken. */
import { portOwner } from "./port-owner.ts";
import { StackError } from "./stack-error.ts";

export interface Listener {
  close(): Promise<void>;
}

const CLOSE_TIMEOUT_MS = 1_000;

type Handler = (request: Request) => Response | Promise<Response>;

/** @throws StackError that names the port and what it was for */
export function listen(port: number, purpose: string, handler: Handler): Listener {
  const controller = new AbortController();
  let server: Deno.HttpServer;
  try {
    server = Deno.serve({
      hostname: "127.0.0.1",
      port,
      signal: controller.signal,
      onListen: () => {},
    }, handler);
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) throw portTaken(port, purpose);
    throw error;
  }
  return {
    async close() {
      // In order first; keep-alive connections of browsers would hold that for minutes.
      const timer = setTimeout(() => controller.abort(), CLOSE_TIMEOUT_MS);
      await server.shutdown();
      clearTimeout(timer);
    },
  };
}

function portTaken(port: number, purpose: string): StackError {
  const pid = portOwner(port);
  return new StackError(
    `Port ${port} (${purpose}) is taken${pid === undefined ? "" : ` by process ${pid}`}: ` +
      `end it, or add --offset 100 to move every port.`,
  );
}

/** @throws StackError when a port is taken already */
export function requireFree(port: number, purpose: string): void {
  try {
    Deno.listen({ hostname: "127.0.0.1", port }).close();
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) throw portTaken(port, purpose);
    throw error;
  }
}
