/**
 * Folders for the data of a test's servers, in memory if the machine has enough. On a disk, a fifth
 * of the processor time of the pgTAP files goes into the file system, because each file creates and
 * removes hundreds of temporary tables.
 */
import { statfsSync } from "node:fs";
import { isAlive } from "@farthing/local-stack/postgres";

/**
 * The file system that Linux keeps in memory. Deno lets only programs with all permissions write
 * there.
 */
const MEMORY = "/dev/shm";

/** The servers of a whole run have about 1 GB of data; they and the browsers need memory, too. */
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

/** Removes the folders of processes that were killed before they could remove them. */
export async function removeAbandoned(parent: string): Promise<void> {
  for await (const { name } of Deno.readDir(parent)) {
    const [, pid] = /^farthing-(\d+)-/.exec(name) ?? [];
    if (pid === undefined || isAlive(Number(pid))) continue;
    await Deno.remove(`${parent}/${name}`, { recursive: true }).catch(() => {});
  }
}

/** Returns a new folder, which the caller removes. The accounts of servers can enter it. */
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
