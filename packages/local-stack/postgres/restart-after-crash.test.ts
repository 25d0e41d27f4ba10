import { waitFor } from "@farthing/command-line";
import assert from "node:assert/strict";
import { reviver } from "./restart-after-crash.ts";

Deno.test("the reviver runs one restart at a time, however often it is called", async () => {
  const server: { pid: number | undefined } = { pid: undefined };
  const seen = { starts: 0, underWay: 0, most: 0 };
  const restart = async () => {
    seen.starts += 1;
    seen.most = Math.max(seen.most, ++seen.underWay);
    life.revive(); // the server ended again during its own start
    await Promise.resolve();
    seen.underWay -= 1;
    if (seen.starts < 3) throw new Error("port taken");
    server.pid = 7;
  };
  const log: string[] = [];
  const life = reviver(() => ({ ...server, restart }), (line) => log.push(line), 0);
  life.revive();
  life.revive();
  await waitFor(() => log.at(-1)?.endsWith("restarted") || undefined, 60_000);
  assert.deepEqual([seen.starts, seen.most, log.length], [3, 1, 3]);

  server.pid = undefined;
  life.revive();
  await waitFor(() => server.pid, 60_000);
  assert.equal(seen.starts, 4, "the server is restarted after a later crash");
  server.pid = undefined;
  life.stop();
  life.revive();
  assert.equal(seen.starts, 4);
});
