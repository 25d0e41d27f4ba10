import assert from "node:assert/strict";
import { makeServerFolder, removeAbandoned } from "./server-folder.ts";

async function pidOfEnded(): Promise<string> {
  const { stdout } = await new Deno.Command("sh", { args: ["-c", "echo $$"] }).output();
  return new TextDecoder().decode(stdout).trim();
}

Deno.test("each folder is new, and a server's account can enter it", async () => {
  const folders = [await makeServerFolder("one-"), await makeServerFolder("one-")];
  try {
    assert.equal(new Set(folders).size, 2);
    for (const folder of folders) assert.equal((await Deno.stat(folder)).mode! & 0o777, 0o755);
  } finally {
    for (const folder of folders) await Deno.remove(folder);
  }
});

Deno.test("only folders of processes that have ended are removed", async () => {
  const parent = await Deno.makeTempDir();
  try {
    const ended = `farthing-${await pidOfEnded()}-one`;
    const kept = [`farthing-${Deno.pid}-one`, "farthing-one", "other-1-one"];
    for (const name of [ended, ...kept]) {
      await Deno.mkdir(`${parent}/${name}/deep`, { recursive: true });
    }
    await removeAbandoned(parent);
    const left = await Array.fromAsync(Deno.readDir(parent), ({ name }) => name);
    assert.deepEqual(left.toSorted(), kept.toSorted());
  } finally {
    await Deno.remove(parent, { recursive: true });
  }
});
