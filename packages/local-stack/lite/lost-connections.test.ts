import assert from "node:assert/strict";
import { ignoreLostConnectionErrors } from "./lost-connections.ts";

/** The error that postgres.js throws when it writes to the socket of a lost connection. */
function lateWrite(): TypeError {
  const error = new TypeError("Cannot read properties of null (reading 'write')");
  error.stack =
    `${error}\n    at nextWrite (file:///node_modules/postgres/src/connection.js:255:22)`;
  return error;
}

/**
 * Without `ignoreLostConnectionErrors`, Deno's queue of `setImmediate` breaks, and the process
 * repeats an error until it is killed.
 */
Deno.test("a late write breaks no queue, even if a later callback of its turn is cleared", async () => {
  const end = ignoreLostConnectionErrors();
  const ran: string[] = [];
  let second: ReturnType<typeof setImmediate> | undefined;
  // An uncaught error fires this event. The listener then clears a later callback, as the driver's
  // cleanup does.
  const clear = () => clearImmediate(second);
  addEventListener("error", clear);
  try {
    const { promise, resolve } = Promise.withResolvers<void>();
    setImmediate(() => {
      ran.push("first");
      throw lateWrite();
    });
    second = setImmediate(() => ran.push("second"));
    setImmediate(() => {
      ran.push("third");
      resolve();
    });
    await promise;
    assert.deepEqual(ran, ["first", "second", "third"]);
  } finally {
    removeEventListener("error", clear);
    await end();
  }
});

Deno.test("at the end, setImmediate is the original again", async () => {
  const original = globalThis.setImmediate;
  const end = ignoreLostConnectionErrors();
  assert.notEqual(globalThis.setImmediate, original);
  await end();
  assert.equal(globalThis.setImmediate, original);
});
