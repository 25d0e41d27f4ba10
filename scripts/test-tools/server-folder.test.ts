import assert from "node:assert/strict";
import { makeServerFolder } from "./server-folder.ts";

const exists = (path: string) => Deno.stat(path).then(() => true, () => false);

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

Deno.test("a folder in memory whose process was killed is removed by the next call", async () => {
  const folder = await makeServerFolder("one-");
  const isInMemory = folder.startsWith("/dev/shm/");
  const abandoned = folder.replace(String(Deno.pid), await pidOfEnded());
  try {
    if (isInMemory) await Deno.mkdir(`${abandoned}/deep`, { recursive: true });
    await Deno.remove(await makeServerFolder("two-"));
    assert.equal(await exists(folder), true);
    assert.equal(await exists(abandoned), false);
  } finally {
    await Deno.remove(folder);
  }
});
