/** Processes by their ids: whether they live, and how all of one server end. */

/** False for a process that ended and only waits to be reaped. */
export function isAlive(pid: number): boolean {
  try {
    const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
    return !/^\d+ \(.*\) Z/.test(stat);
  } catch (error) {
    if (Deno.build.os === "linux" && error instanceof Deno.errors.NotFound) return false;
  }
  try {
    Deno.kill(pid, "SIGCONT"); // harmless to a running process; signal 0 is not offered
    return true;
  } catch (error) {
    return error instanceof Deno.errors.PermissionDenied;
  }
}

/** A postmaster and its children: `kill -9` of the postmaster alone lets them finish their work. */
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
