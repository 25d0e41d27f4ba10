import { equal, match } from "node:assert/strict";
import type { Snapshot } from "./record.ts";
import { doubtOf, sha256 } from "./check-snapshot.ts";

const NOW = new Date("2026-11-25T12:00:00Z");

async function doubt(change: Partial<Snapshot>, spoil?: (file: string) => Promise<void>) {
  const file = await Deno.makeTempFile();
  await Deno.writeTextFile(file, "a dump");
  const snapshot: Snapshot = {
    ...{ file, bytes: 6, sha256: await sha256(file) },
    ...{ takenAt: "2026-11-25T11:30:00Z", provedAt: "2026-11-25T11:31:00Z" },
    ...change,
  };
  try {
    await spoil?.(file);
    return await doubtOf(snapshot, NOW) ?? "none";
  } finally {
    await Deno.remove(file).catch(() => {});
  }
}

Deno.test("a dump that is there, unchanged, and was proved after it was taken is trusted", async () => {
  equal(await doubt({}), "none");
});

Deno.test("a dump that is gone, shorter or changed is not trusted", async () => {
  match(await doubt({}, (file) => Deno.remove(file)), /not there/);
  match(await doubt({}, (file) => Deno.writeTextFile(file, "a")), /has 1 bytes, not 6/);
  match(await doubt({}, (file) => Deno.writeTextFile(file, "b dump")), /sha256 differs/);
});

Deno.test("a dump with impossible times is not trusted", async () => {
  match(await doubt({ takenAt: "2026-11-25T13:00:00Z" }), /taken in the future/);
  match(await doubt({ takenAt: "soon" }), /taken in the future/);
  match(await doubt({ provedAt: "2026-11-25T10:00:00Z" }), /proved before it was taken/);
  match(await doubt({ provedAt: "2026-11-26T10:00:00Z" }), /proved in the future/);
  match(await doubt({ provedAt: null }), /not restored and proved/);
});
