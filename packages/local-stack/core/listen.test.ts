import assert from "node:assert/strict";
import { listen, requireFree } from "./listen.ts";
import { StackError } from "./stack-error.ts";

const port = (port: number, offset = 0) => ({ port, purpose: "API", offset });

/** Counts the sockets with this local port, including closed ones that TCP keeps for a minute. */
function socketsAt(port: number): number {
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  const rows = ["/proc/net/tcp", "/proc/net/tcp6"].flatMap((table) =>
    Deno.readTextFileSync(table).split("\n")
  );
  return rows.filter((row) => row.trim().split(/\s+/)[1]?.endsWith(wanted)).length;
}

interface Outgoing {
  near: number;
  close(): Promise<void>;
}

/** Opens a connection from a port that the kernel chooses, as most programs do. */
async function connectOut(): Promise<Outgoing> {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const to = { hostname: "127.0.0.1", port: listener.addr.port };
  const [far, near] = await Promise.all([listener.accept(), Deno.connect(to)]);
  const close = async () => {
    far.close(); // closes the far end first: otherwise TCP would keep the near end for a minute
    await near.read(new Uint8Array(1));
    [listener, near].forEach((each) => each.close());
  };
  return { near: (near.localAddr as Deno.NetAddr).port, close };
}

/**
 * Opens a connection from a port that no other socket uses. The kernel may give one port to several
 * connections with different destinations. TCP holds the port of some connections for a minute
 * after they close. So if other connections shared the port, it could still be taken after this
 * connection has ended.
 */
async function connectFromOwnPort(): Promise<Outgoing> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const connection = await connectOut();
    if (socketsAt(connection.near) === 1) return connection;
    await connection.close();
  }
  throw new Error("none of 100 connections got a port that no other socket uses");
}

/**
 * Checks that requireFree waits while a connection holds the port, and accepts the port when the
 * connection has closed. Returns "taken by another" if a different program takes the port before
 * the check.
 */
async function waitsForConnection(): Promise<"waited" | "taken by another"> {
  const { near, close } = await connectFromOwnPort();
  let free = false;
  const asked = requireFree(port(near)).then(() => free = true);
  asked.catch(() => {}); // the rejection is awaited below
  await Promise.resolve();
  assert.equal(free, false);
  await close();
  try {
    await asked;
    return "waited";
  } catch (error) {
    if (socketsAt(near) === 0) throw error;
    return "taken by another";
  }
}

Deno.test({
  name: "requireFree waits for an outgoing connection that holds the port",
  ignore: Deno.build.os !== "linux", // only /proc tells which sockets listen
  async fn() {
    // Another program may take the port after this connection has closed and before requireFree
    // checks the port again.
    for (let attempt = 0; attempt < 3; attempt++) {
      if (await waitsForConnection() === "waited") return;
    }
    assert.fail("other programs took three ports in a row");
  },
});

Deno.test("listen fails at once for a taken port, and suggests the next offset", async () => {
  const first = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const taken = (offset: number) => listen(port(first.addr.port, offset), () => new Response());
  const says = (pattern: RegExp) => (error: unknown) =>
    error instanceof StackError && pattern.test(error.message);
  await assert.rejects(taken(200), says(/\(API\) is taken.*--offset 300 /));
  await assert.rejects(taken(11_200), says(/--offset 0 /));
  first.close();
});

/** Listens on a port below the range from which Linux chooses the ports of outgoing connections. */
async function listenOnFreePort(handler: () => Promise<Response>) {
  while (true) {
    const at = 20_000 + Math.floor(Math.random() * 12_000);
    try {
      return { listener: await listen(port(at), handler), at };
    } catch (error) {
      if (!(error instanceof StackError)) throw error; // the port is taken
    }
  }
}

Deno.test("an answer that is still pending does not keep a server from closing", async () => {
  const arrived = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<Response>();
  const { listener, at } = await listenOnFreePort(() => {
    arrived.resolve();
    return answer.promise;
  });
  const response = fetch(`http://127.0.0.1:${at}/`);
  await arrived.promise;
  await listener.close();
  answer.resolve(new Response("late"));
  assert.equal(await (await response).text(), "late");
});
