/** Finds processes by their ids, and ends them. */

/**
 * Returns whether a process runs. Returns false for a zombie, which has ended but is not yet
 * reaped.
 */
export function isAlive(pid: number): boolean {
  try {
    const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
    return !/^\d+ \(.*\) Z/.test(stat);
  } catch (error) {
    if (Deno.build.os === "linux" && error instanceof Deno.errors.NotFound) return false;
  }
  try {
    Deno.kill(pid, "SIGCONT"); // SIGCONT does not disturb a running process; Deno does not offer signal 0
    return true;
  } catch (error) {
    return error instanceof Deno.errors.PermissionDenied;
  }
}

/**
 * Returns the ids of a process and its children, so that a caller can kill all of them. If
 * `kill -9` ended only PostgreSQL's postmaster, its children would finish their work.
 */
export async function processTree(pid: number): Promise<number[]> {
  const text = await Deno.readTextFile(`/proc/${pid}/task/${pid}/children`).catch(() => "");
  return [pid, ...text.split(" ").filter(Boolean).map(Number)];
}

export function killAll(pids: number[], signal: Deno.Signal): void {
  for (const pid of pids) {
    try {
      Deno.kill(pid, signal);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
}
