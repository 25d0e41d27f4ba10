/** Starts and stops the processes of the runtimes, which run all jobs of a queue. */
import { listen, type Worked } from "./runtime-report.ts";

export interface Runtime {
  workOff(): Promise<Worked>;
  stop(): Promise<void>;
}

/** Starts one of the runtimes in runtime.ts. Its log goes to /dev/null. */
export async function startRuntime(kind: string, url: string): Promise<Runtime> {
  const process = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", new URL("./runtime.ts", import.meta.url).pathname, kind, url],
    stdin: "piped",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const words = listen(process.stderr);
  const input = process.stdin.getWriter();
  await words.next();
  return {
    async workOff() {
      await input.write(new TextEncoder().encode("go\n"));
      return (await words.next()).value;
    },
    async stop() {
      await input.close();
      await process.status;
    },
  };
}
