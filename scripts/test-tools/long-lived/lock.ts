/**
 * File locks for test runs that use the same server or stack. They are in `.farthing/test`, the
 * folder for everything that this checkout keeps between test runs.
 */
import { ROOT } from "../../command/root.ts";

export const FOLDER = `${ROOT}.farthing/test`;

/** Opens a file that can be locked. `close` releases the lock, as does the end of the process. */
export async function openLock(name: string): Promise<Deno.FsFile> {
  await Deno.mkdir(FOLDER, { recursive: true });
  return await Deno.open(`${FOLDER}/${name}.lock`, { create: true, write: true });
}

/** Runs `use` while no other run holds this lock. */
export async function withLock<T>(name: string, use: () => Promise<T>): Promise<T> {
  using file = await openLock(name);
  await file.lock(true);
  return await use();
}
