import assert from "node:assert/strict";
import { listen, requireFree } from "./listen.ts";
import { StackError } from "./stack-error.ts";

const port = (port: number, offset = 0) => ({ port, purpose: "API", offset });

/** A connection from a port that the kernel chose, as any program's goes out. */
async function connectOut(): Promise<{ near: number; close: () => Promise<void> }> {
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

Deno.test({
  name: "requireFree waits for an outgoing connection that holds the port",
  ignore: Deno.build.os !== "linux", // only /proc tells who listens
  async fn() {
    const connection = await connectOut();
    let free = false;
    const asked = requireFree(port(connection.near)).then(() => free = true);
    await Promise.resolve();
    assert.equal(free, false);
    await connection.close();
    await asked;
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
