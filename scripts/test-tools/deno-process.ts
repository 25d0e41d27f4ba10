/**
 * One process of `deno test`: how it is started, ended with the run, and ended when nothing is heard of it.
 * In it no test runs longer than its limit: limit-tests.ts.
 */
import { withCleanup } from "@farthing/command-line";
import { ROOT } from "../command/root.ts";

export interface DenoTestOptions {
  /** Test files, from `cwd`. */
  files: string[];
  /** The repository's root unless named. */
  cwd?: string;
  env?: Record<string, string>;
  /** The command before its own arguments; this very Deno unless named. */
  command?: string[];
  flags?: string[];
  /** The files share one module graph, which is compiled once: load-group.ts. */
  isGroup?: boolean | undefined;
  /** How long one test may take; five minutes unless named. Under load it may be ten times the usual. */
  limitMs?: number;
}

const LIMIT_MS = 300_000;
/** What a process has, beyond one test's limit, to report that the limit was passed. */
const GRACE_MS = 10_000;
const KILL_AFTER_MS = 5_000;
const LIMIT_TESTS = new URL("./limit-tests.ts", import.meta.url).pathname;
const LOAD_GROUP = new URL("./load-group.ts", import.meta.url).pathname;

function denoTest(options: DenoTestOptions, running: string): Deno.Command {
  const { cwd = ROOT, files, env = {}, flags = [], isGroup = false, limitMs = LIMIT_MS } = options;
  // Deno before 2.4, which the platform runs, can't load a file first.
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
    // Deno ends at once by a terminal's Ctrl-C, its tests' servers left behind: it gets our SIGTERM.
    detached: true,
  });
}

/** Ends the process with the run, and waits until its tests have put away what they had. */
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

/** Ends a process of which nothing is heard for so long; `heard` puts that off. */
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
  /** The end of what it said beside its report. */
  said: string;
  /** The test that ran last, where the process says so. */
  running: string;
  /** It was ended since nothing was heard of it. */
  isSilent: boolean;
}

const decoder = new TextDecoder();

/** The end of what a process said, where the reason stands. */
export function lastLines(output: Uint8Array, count = 25): string {
  return decoder.decode(output).trim().split("\n").slice(-count).join("\n");
}

/** Runs the files in one process and shows each line of its report as it comes. */
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
