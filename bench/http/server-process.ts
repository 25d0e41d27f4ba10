/** The HTTP servers as processes: started, told to go, and the processor time that they took. */

export interface HttpServer {
  port: number;
  headers: Record<string, string>;
  /** Milliseconds of processor time so far; undefined where the system does not say. */
  cpuMs(): number | undefined;
  stop(): Promise<void>;
}

/** Linux counts in hundredths of a second, whatever the kernel's own clock. */
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
  throw new Error(`The server ended: ${text}`);
}

/**
 * Starts one server of server.ts; its log goes where logs cost least.
 * @param behind the address of what it calls, a database or a Redis
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
