/**
 * Starts the process of one isolate, which runs isolate-program.ts, and exchanges lines of text
 * with that process.
 */
import { fileURLToPath } from "node:url";

const HOST = fileURLToPath(new URL("./isolate-program.ts", import.meta.url));
/** The prefix of the lines that isolate-program.ts prints for the stack. */
const MARK = "\u0001isolate ";

/**
 * How to run the entry file of an Edge Function. By default, the Deno that runs the stack also runs
 * the file, with the repository's configuration.
 */
export interface IsolateProgram {
  /** The URL of the function's `index.ts` or of its bundle. */
  readonly entryUrl: string;
  /**
   * The command, with its flags, that runs isolate-program.ts. The path of that file is appended.
   */
  readonly command?: readonly string[];
  readonly env?: Record<string, string>;
}

export type Word = "load" | `beforeunload ${string}` | "drop";

export interface IsolateProcess {
  /** The id of the process that runs the function, not that of a wrapper such as npx. */
  readonly pid: Promise<number>;
  /**
   * The port on which the function answers.
   * @throws Error with the function's output if the function fails to load
   */
  readonly port: Promise<number>;
  readonly ended: Promise<"dropped" | "outOfMemory" | "otherwise">;
  tell(word: Word): void;
  kill(): void;
}

/** The signals with which V8 ends a process whose heap is full. */
const OUT_OF_MEMORY: ReadonlySet<string> = new Set(["SIGTRAP", "SIGABRT", "SIGILL"]);

const DEFAULT_COMMAND = [Deno.execPath(), "run", "-A", "--no-check"];

async function eachLine(stream: ReadableStream<Uint8Array>, see: (line: string) => void) {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    lines.forEach(see);
  }
  if (rest !== "") see(rest);
}

/** @param log receives each line that the function prints */
export function spawnIsolate(
  { entryUrl, command = DEFAULT_COMMAND, env = {} }: IsolateProgram,
  memoryMb: number,
  log: (line: string) => void,
): IsolateProcess {
  const [program = "", ...args] = command;
  const child = new Deno.Command(program, {
    args: [...args, `--v8-flags=--max-old-space-size=${memoryMb}`, HOST, entryUrl],
    env: { NO_COLOR: "1", ...env },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
    // The isolate has a process group of its own. So a terminal's Ctrl-C reaches only the stack,
    // which then ends its isolates.
    detached: true,
  }).spawn();
  const pid = Promise.withResolvers<number>();
  const port = Promise.withResolvers<number>();
  let [wasDropped, isOver] = [false, false];
  const hear: Record<string, (rest: string) => void> = {
    up: (text) => pid.resolve(Number(text)),
    ready: (text) => port.resolve(Number(text)),
    failed: (text) => port.reject(new Error(text)),
    dropped: () => wasDropped = true,
  };
  const read = (line: string) => {
    if (!line.startsWith(MARK)) return log(line);
    const [word = "", ...rest] = line.slice(MARK.length).split(" ");
    hear[word]?.(rest.join(" "));
  };
  const said = Promise.all([eachLine(child.stdout, read), eachLine(child.stderr, log)]);
  const input = child.stdin.getWriter();
  const over = child.status.then((status) => {
    isOver = true;
    return status;
  });
  const ended = Promise.all([over, said]).then(async ([{ signal }]) => {
    const gone = new Error("the isolate ended");
    pid.reject(gone);
    port.reject(gone);
    await input.abort().catch(() => {});
    if (wasDropped) return "dropped";
    return OUT_OF_MEMORY.has(signal ?? "") ? "outOfMemory" : "otherwise";
  });
  for (const each of [pid.promise, port.promise]) each.catch(() => {});
  const encoder = new TextEncoder();
  return {
    pid: pid.promise,
    port: port.promise,
    ended,
    // The write fails if the process has just ended. In that case nobody needs the message.
    tell: (word) => void input.write(encoder.encode(`${word}\n`)).catch(() => {}),
    kill: () =>
      void pid.promise.then((id) => {
        if (!isOver) Deno.kill(id, "SIGKILL");
      }, () => {}),
  };
}
