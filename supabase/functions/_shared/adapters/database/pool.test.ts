import assert from "node:assert/strict";
import { withinRequest } from "../../core/current-request.ts";
import { startContext } from "../../core/start-request.ts";
import { DatabaseFailure, NOT_CONNECTED } from "./failures.ts";
import { createPoolTransport } from "./pool.ts";

/**
 * A server that accepts connections and sends nothing, like a database server behind a hanging
 * pooler.
 */
async function withSilence(use: (url: string, hangUp: () => void) => Promise<void>): Promise<void> {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const taken: Deno.Conn[] = [];
  const hangUp = () => taken.splice(0).forEach((connection) => connection.close());
  const taking = (async () => {
    for await (const connection of listener) taken.push(connection);
  })();
  try {
    await use(`postgres://u:p@127.0.0.1:${listener.addr.port}/postgres`, hangUp);
  } finally {
    hangUp();
    listener.close();
    await taking;
  }
}

Deno.test("a request waits for a first connection no longer than it has", async () => {
  await withSilence(async (url, hangUp) => {
    const transport = createPoolTransport({ url, timeoutMs: 60_000 });
    const context = startContext(new Headers());
    context.deadlineMs = performance.now() + 1_000;
    let isHungUp = false;
    // Without this timer, a call that waits for ever would make the test wait for ever, too.
    const giveUp = setTimeout(() => {
      isHungUp = true;
      hangUp();
    }, 30_000);
    const call = withinRequest(context, () => transport.call("health_database", {}));
    const failure = await call.catch((error: unknown) => error);
    clearTimeout(giveUp);
    assert(failure instanceof DatabaseFailure);
    // The statement was never sent, so nothing can have happened.
    assert.deepEqual([failure.code, isHungUp], [NOT_CONNECTED, false]);
    hangUp();
    await transport.close();
  });
});
