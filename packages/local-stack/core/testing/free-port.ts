/** Chooses a port for a server that only one test uses. */

/**
 * These ports are below those that Linux and macOS assign to outgoing connections and to servers
 * that listen on port 0.
 */
const PORTS = { first: 20_000, count: 12_000 };
const ATTEMPTS = 100;

/**
 * Returns a port on which no program listens. The port is random, so that two servers rarely choose
 * the same one.
 */
export function freePort(): number {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const port = PORTS.first + Math.floor(Math.random() * PORTS.count);
    try {
      Deno.listen({ hostname: "127.0.0.1", port }).close();
      return port;
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    }
  }
  throw new Error("no free port for a server");
}
