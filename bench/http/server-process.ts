/**
 * Starts and stops the HTTP servers as processes, and reads how much processor time they have used.
 */

export interface HttpServer {
  port: number;
  headers: Record<string, string>;
  /**
   * Returns the used processor time in milliseconds, or undefined on systems that do not report it.
   */
  cpuMs(): number | undefined;
  stop(): Promise<void>;
}

/** /proc counts in hundredths of a second, whatever the frequency of the kernel's own timer. */
const TICK_MS = 10;

function readCpuMs(pid: number): number | undefined {
  try {
    const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
  } catch {
    return undefined;
  }
}

async function firstLine(stream: ReadableStream<Uint8Array>): Promise<string> {
  let text = "";
  for await (const chunk of stream.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    if (text.includes("\n")) return text.slice(0, text.indexOf("\n"));
  }
  throw new Error(`The server ended before it printed its port. It printed: ${text || "nothing"}`);
}

/**
 * Starts a server of one of the kinds in server.ts. Its log goes to /dev/null.
 * @param behind the URL of the database or the Redis that the server calls
 */
export async function startHttpServer(kind: string, behind = ""): Promise<HttpServer> {
  const process = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", new URL("./server.ts", import.meta.url).pathname, kind, behind],
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const { port, headers } = JSON.parse(await firstLine(process.stderr));
  return {
    port,
    headers,
    cpuMs: () => readCpuMs(process.pid),
    async stop() {
      process.kill("SIGTERM");
      await process.status;
    },
  };
}
