/**
 * Returns the processor time of the main thread in ms; only that thread runs JavaScript. The first
 * number in schedstat is in nanoseconds.
 */
function ofMainThread(pid: number): number {
  const text = Deno.readTextFileSync(`/proc/${pid}/task/${pid}/schedstat`);
  return Number(text.slice(0, text.indexOf(" "))) / 1e6;
}

/** Returns the processor time of all threads in ms. ps prints `M:SS.cc` or `H:MM:SS`. */
async function ofProcess(pid: number): Promise<number> {
  const command = new Deno.Command("ps", { args: ["-o", "time=", "-p", String(pid)] });
  const { stdout } = await command.output();
  const parts = new TextDecoder().decode(stdout).trim().split(":").map(Number);
  return parts.reduce((seconds, part) => seconds * 60 + part, 0) * 1000;
}

/**
 * Returns the processor time that a process has used, in ms. On Linux this is the time of the
 * thread that runs JavaScript; on macOS it is the time of all threads.
 * @throws on Linux when the process does not exist; on macOS the time is then 0
 */
export async function processorMs(pid: number): Promise<number> {
  return Deno.build.os === "linux" ? ofMainThread(pid) : await ofProcess(pid);
}
