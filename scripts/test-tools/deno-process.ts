/**
 * Runs one process of `deno test`. Ends the process when this command ends, or when the process
 * prints nothing for too long. Inside the process, limit-tests.ts limits the time of each test.
 */
import { withCleanup } from "@farthing/command-line";
import { ROOT } from "../command/root.ts";

export interface DenoTestOptions {
  /** Test files, relative to `cwd`. */
  files: string[];
  /** The working directory; by default the repository's root. */
  cwd?: string;
  env?: Record<string, string>;
  /** The program and its first arguments; by default the Deno that runs this script. */
  command?: string[];
  flags?: string[];
  /** Whether all files are loaded into one module graph, which is compiled once (load-group.ts). */
  isGroup?: boolean | undefined;
  /**
   * The maximum time of one test, five minutes by default. A busy machine may be ten times slower
   * than an idle one.
   */
  limitMs?: number;
}

const LIMIT_MS = 300_000;
/** After a test exceeds its limit, the process has this much time to report the test. */
const GRACE_MS = 10_000;
const KILL_AFTER_MS = 5_000;
const LIMIT_TESTS = new URL("./limit-tests.ts", import.meta.url).pathname;
const LOAD_GROUP = new URL("./load-group.ts", import.meta.url).pathname;

function denoTest(options: DenoTestOptions, running: string): Deno.Command {
  const { cwd = ROOT, files, env = {}, flags = [], isGroup = false, limitMs = LIMIT_MS } = options;
  // `options.command` is set only for the hosted platform's Deno. That Deno is older than 2.4 and
  // has no `--preload`.
  const preload = options.command ? [] : ["--preload", LIMIT_TESTS];
  const [program = "", ...args] = options.command ?? [Deno.execPath()];
  const limits = { FARTHING_TEST_LIMIT_MS: String(limitMs), FARTHING_TEST_RUNNING: running };
  const group = isGroup ? { FARTHING_TEST_FILES: JSON.stringify(files) } : {};
  const modules = isGroup ? [LOAD_GROUP] : files;
  return new Deno.Command(program, {
    args: [...args, "test", "-A", "--reporter=tap", ...preload, ...flags, ...modules],
    cwd,
    env: { NO_COLOR: "1", ...limits, ...group, ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    // A Ctrl-C in the terminal must not reach the process: Deno would end immediately and leave the
    // tests' servers running. This command sends SIGTERM to the process instead.
    detached: true,
  });
}

/** Ends the process when this command ends, and waits until its tests have stopped the servers. */
async function whileItRuns<T>(
  command: Deno.Command,
  use: (child: Deno.ChildProcess) => Promise<T>,
): Promise<T> {
  let child: Deno.ChildProcess | undefined;
  let ended = false;
  const cleanup = async () => {
    if (!ended) child?.kill("SIGTERM");
    await child?.status;
  };
  return await withCleanup(cleanup, () => {
    child = command.spawn();
    child.status.finally(() => ended = true);
    return use(child);
  });
}

async function eachLine(
  stream: ReadableStream<Uint8Array>,
  see: (line: string) => void,
): Promise<void> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    lines.forEach(see);
  }
}

/** Ends a process that prints nothing for `silenceMs`. Each call of `heard` restarts this time. */
function watchdog(child: Deno.ChildProcess, silenceMs: number) {
  let isSilent = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const end = () => {
    isSilent = true;
    child.kill("SIGTERM");
    timer = setTimeout(() => child.kill("SIGKILL"), KILL_AFTER_MS);
  };
  const heard = () => {
    clearTimeout(timer);
    timer = setTimeout(end, silenceMs);
  };
  heard();
  return { heard, stop: () => clearTimeout(timer), isSilent: () => isSilent };
}

export interface Ended {
  success: boolean;
  /** The last lines that the process printed outside of its report. */
  said: string;
  /** The test that ran last; empty if no test ran. */
  running: string;
  /** Whether the process was ended because it printed nothing for too long. */
  isSilent: boolean;
}

const decoder = new TextDecoder();

/** Returns the last lines of a process's output, which usually contain the reason of a failure. */
export function lastLines(output: Uint8Array, count = 25): string {
  return decoder.decode(output).trim().split("\n").slice(-count).join("\n");
}

/**
 * Runs the files in one process, and passes each line of the report to `see` as soon as it is
 * printed.
 */
export async function runDeno(
  options: DenoTestOptions,
  see: (line: string) => void,
): Promise<Ended> {
  const running = await Deno.makeTempFile({ prefix: "farthing-running-" });
  try {
    return await whileItRuns(denoTest(options, running), async (child) => {
      const dog = watchdog(child, (options.limitMs ?? LIMIT_MS) + GRACE_MS);
      const stderr = new Response(child.stderr).bytes();
      await eachLine(child.stdout, (line) => {
        dog.heard();
        see(line);
      });
      const { success } = await child.status;
      dog.stop();
      const [last = "", ...error] = (await Deno.readTextFile(running)).split("\n");
      const said = [...error, lastLines(await stderr)].join("\n");
      return { success, said, running: last, isSilent: dog.isSilent() };
    });
  } finally {
    await Deno.remove(running);
  }
}
