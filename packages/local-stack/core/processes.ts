/** Looks up and ends processes by id. */

/** Returns whether a process runs; false for one that has ended and waits to be reaped. */
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
 * Returns a process and its children: after `kill -9` of the postmaster alone its children would
 * finish their work.
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
