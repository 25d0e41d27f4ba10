/** What is kept between runs of this checkout lies in `.farthing/test`; locks there order the runs. */
import { ROOT } from "../../command/root.ts";

export const KEPT = `${ROOT}.farthing/test`;

/** A file to lock; the lock ends with `close`, and with the process however that ends. */
export async function openLock(name: string): Promise<Deno.FsFile> {
  await Deno.mkdir(KEPT, { recursive: true });
  return await Deno.open(`${KEPT}/${name}.lock`, { create: true, write: true });
}

/** Runs `use` while no other run holds this lock. */
export async function withLock<T>(name: string, use: () => Promise<T>): Promise<T> {
  using file = await openLock(name);
  await file.lock(true);
  return await use();
}
