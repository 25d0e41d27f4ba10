import assert from "node:assert/strict";
import { listen, requireFree } from "./listen.ts";
import { StackError } from "./stack-error.ts";

const port = (port: number, offset = 0) => ({ port, purpose: "API", offset });

/** How many sockets have this near port, those included that TCP keeps for a minute after their end. */
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

/** A connection from a port that the kernel chose, as any program's goes out. */
async function connectOut(): Promise<Outgoing> {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const to = { hostname: "127.0.0.1", port: listener.addr.port };
  const [far, near] = await Promise.all([listener.accept(), Deno.connect(to)]);
  const close = async () => {
    far.close(); // the far end first: else TCP would keep the near one for a minute
    await near.read(new Uint8Array(1));
    [listener, near].forEach((each) => each.close());
  };
  return { near: (near.localAddr as Deno.NetAddr).port, close };
}

/**
 * The same from a port that nothing else holds. The kernel gives one port to several connections that go to
 * different places, and on a busy machine also one that TCP still keeps: such a port outlives ours.
 */
async function connectFromOwnPort(): Promise<Outgoing> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const connection = await connectOut();
    if (socketsAt(connection.near) === 1) return connection;
    await connection.close();
  }
  throw new Error("each of 100 connections got a port that another one holds");
}

/** Whether requireFree waited for a connection, and then found the port free. */
async function waitsForConnection(): Promise<"waited" | "taken by another"> {
  const { near, close } = await connectFromOwnPort();
  let free = false;
  const asked = requireFree(port(near)).then(() => free = true);
  asked.catch(() => {}); // it is awaited below
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
  ignore: Deno.build.os !== "linux", // only /proc tells who listens
  async fn() {
    // Any program may get the port in the moment between our connection's end and the next look.
    for (let attempt = 0; attempt < 3; attempt++) {
      if (await waitsForConnection() === "waited") return;
    }
    assert.fail("three ports in a row went to other programs");
  },
});

Deno.test("listen names who has the port at once, and the next offset to try", async () => {
  const first = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const taken = (offset: number) => listen(port(first.addr.port, offset), () => new Response());
  const says = (pattern: RegExp) => (error: unknown) =>
    error instanceof StackError && pattern.test(error.message);
  await assert.rejects(taken(200), says(/\(API\) is taken.*--offset 300 /));
  await assert.rejects(taken(11_200), says(/--offset 0 /));
  first.close();
});
