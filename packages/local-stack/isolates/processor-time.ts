/** The processor time that a process has used. */

/** The first figure is nanoseconds on a processor. The main thread alone runs JavaScript. */
function ofMainThread(pid: number): number {
  const text = Deno.readTextFileSync(`/proc/${pid}/task/${pid}/schedstat`);
  return Number(text.slice(0, text.indexOf(" "))) / 1e6;
}

/** `M:SS.cc`, or `H:MM:SS`, of all threads. */
async function ofProcess(pid: number): Promise<number> {
  const command = new Deno.Command("ps", { args: ["-o", "time=", "-p", String(pid)] });
  const { stdout } = await command.output();
  const parts = new TextDecoder().decode(stdout).trim().split(":").map(Number);
  return parts.reduce((seconds, part) => seconds * 60 + part, 0) * 1000;
}

/**
 * Milliseconds; of the thread that runs JavaScript on Linux, of the whole process on macOS.
 * @throws when there is no such process
 */
export async function processorMs(pid: number): Promise<number> {
  return Deno.build.os === "linux" ? ofMainThread(pid) : await ofProcess(pid);
}
