/** Checks a recorded snapshot's file and times: the record alone proves nothing. */
import { createHash } from "node:crypto";
import type { Snapshot } from "./record.ts";

/** The clocks of the database and of this machine may differ by this much. */
const CLOCKS_MS = 60_000;

/** Returns the hash of a file that may be larger than the available memory. */
export async function sha256(file: string): Promise<string> {
  const hash = createHash("sha256");
  using opened = await Deno.open(file);
  for await (const chunk of opened.readable) hash.update(chunk);
  return hash.digest("hex");
}

async function doubtOfFile({ file, bytes, sha256: wanted }: Snapshot): Promise<string | undefined> {
  const stat = await Deno.stat(file).catch(() => undefined);
  if (stat === undefined) return "the dump is not there any more";
  if (stat.size !== bytes) return `the dump has ${stat.size} bytes, not ${bytes}`;
  return await sha256(file) === wanted ? undefined : "the dump was changed: its sha256 differs";
}

function doubtOfTimes({ takenAt, provedAt }: Snapshot, now: Date): string | undefined {
  if (provedAt === null) return "the snapshot was not restored and proved";
  const [taken, proved] = [takenAt, provedAt].map((text) => Date.parse(text));
  if (!(taken! <= now.getTime() + CLOCKS_MS)) return "the snapshot was taken in the future";
  if (!(proved! >= taken! - CLOCKS_MS)) return "the snapshot was proved before it was taken";
  return proved! <= now.getTime() + CLOCKS_MS ? undefined : "the snapshot was proved in the future";
}

/** Returns why the snapshot can't be trusted; undefined if it can. */
export async function doubtOf(snapshot: Snapshot, now: Date): Promise<string | undefined> {
  return doubtOfTimes(snapshot, now) ?? await doubtOfFile(snapshot);
}
