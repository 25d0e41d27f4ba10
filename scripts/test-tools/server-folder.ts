/**
 * Folders for the data of the tests' servers. The folders are in memory if the machine has enough
 * memory. On a disk, the pgTAP files spend a fifth of their processor time in the file system,
 * because each of these files creates and removes hundreds of temporary tables.
 */
import { statfsSync } from "node:fs";
import { isAlive } from "@farthing/local-stack/postgres";

/**
 * The file system that Linux keeps in memory. Deno lets only programs with all permissions write
 * there.
 */
const MEMORY = "/dev/shm";

/**
 * The servers of a whole run have about 1 GB of data. Besides this, the servers themselves and the
 * browsers need memory.
 */
const MIN_FREE_BYTES = 6 * 1024 ** 3;

function hasEnoughMemory(): boolean {
  if (Deno.build.os !== "linux" || Deno.systemMemoryInfo().available < MIN_FREE_BYTES) return false;
  try {
    const { bavail, bsize } = statfsSync(MEMORY);
    return bavail * bsize >= MIN_FREE_BYTES;
  } catch {
    return false;
  }
}

/** Removes the folders of killed processes. */
export async function removeAbandoned(parent: string): Promise<void> {
  for await (const { name } of Deno.readDir(parent)) {
    const [, pid] = /^farthing-(\d+)-/.exec(name) ?? [];
    if (pid === undefined || isAlive(Number(pid))) continue;
    await Deno.remove(`${parent}/${name}`, { recursive: true }).catch(() => {});
  }
}

/**
 * Makes a folder, which the caller must remove. Servers that run as other Unix users can enter it.
 */
export async function makeServerFolder(prefix: string): Promise<string> {
  const inMemory = hasEnoughMemory();
  if (inMemory) await removeAbandoned(MEMORY);
  const folder = await Deno.makeTempDir(
    inMemory
      ? { dir: MEMORY, prefix: `farthing-${Deno.pid}-${prefix}` }
      : { prefix: `farthing-${prefix}` },
  );
  await Deno.chmod(folder, 0o755);
  return folder;
}
