import assert from "node:assert/strict";
import { cleanUpOnSignals } from "@farthing/command-line";
import { withCheckout } from "./testing/checkout.ts";

cleanUpOnSignals();

/** Resolves to true when nothing listens on the port. */
async function isClosed(port: number): Promise<boolean> {
  return await Deno.connect({ port }).then((socket) => {
    socket.close();
    return false;
  }, () => true);
}

Deno.test("a narrowed run of database uses the server of the one before until --end", async () => {
  await withCheckout((one) =>
    withCheckout(async (other) => {
      const [first, apart] = await Promise.all(
        [one, other].map((checkout) => checkout.seenBy("database", "passing")),
      );
      assert.equal(first!.migration, "first");
      await one.migrate("second");
      const again = await one.seenBy("database", "passing");
      assert.deepEqual(again, { ...first, migration: "second" });

      assert(await one.test("--end"));
      assert.deepEqual([await isClosed(first!.port), one.stored()], [true, []]);
      assert.deepEqual(await other.seenBy("database", "passing"), apart);
    })
  );
});

Deno.test("a narrowed run of http uses the stack of one that passed on the same files", async () => {
  await withCheckout(async (one) => {
    const first = await one.seenBy("http", "passing");
    assert.equal(first.migration, "first");
    assert.deepEqual(await one.seenBy("http", "passing"), first);

    await one.migrate("second");
    const second = await one.seenBy("http", "passing");
    assert.deepEqual([second.migration, await isClosed(first.port)], ["second", true]);

    assert.equal(await one.test("http", "failing"), false);
    assert.deepEqual([await isClosed(second.port), one.stored()], [true, []]);

    const third = await one.seenBy("http", "passing");
    assert(await one.test("--end"));
    assert.deepEqual([await isClosed(third.port), one.stored()], [true, []]);
  });
});
