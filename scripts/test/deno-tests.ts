/** Runs `deno test` over files and believes its report only where each file is in it. */
import { withCleanup } from "./cleanup.ts";
import { DenoTapReader } from "./deno-tap.ts";
import { ROOT, type Row } from "./suite.ts";

export interface DenoTestOptions {
  /** Test files, from `cwd`. */
  files: string[];
  /** The repository's root unless named. */
  cwd?: string;
  env?: Record<string, string>;
  /** The command before its own arguments; this very Deno unless named. */
  command?: string[];
  flags?: string[];
  /** How many processes share the files; one unless named. */
  jobs?: number;
}

const decoder = new TextDecoder();

/** The end of what a process said, where the reason stands. */
export function lastLines(output: Uint8Array, count = 25): string {
  return decoder.decode(output).trim().split("\n").slice(-count).join("\n");
}

/** Test files beneath folders of the repository, sorted; folders that are not there hold none. */
export async function findTests(folders: string[], root = ROOT): Promise<string[]> {
  const found: string[] = [];
  const look = async (folder: string): Promise<void> => {
    for await (const { name, isDirectory } of Deno.readDir(`${root}/${folder}`)) {
      if (isDirectory && name !== "node_modules") await look(`${folder}/${name}`);
      else if (/\.test\.tsx?$/.test(name)) found.push(`${folder}/${name}`);
    }
  };
  for (const folder of folders) {
    await look(folder).catch((error) => {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    });
  }
  return found.sort();
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

function denoTest(options: DenoTestOptions, more: string[]): Deno.Command {
  const { cwd = ROOT, env = {}, command = [Deno.execPath()], flags = [] } = options;
  const [program = "", ...args] = command;
  return new Deno.Command(program, {
    args: [...args, "test", "-A", ...flags, ...more],
    cwd,
    env: { NO_COLOR: "1", ...env },
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

function failed(name: string, detail: string): Row {
  return { name, passed: 0, failures: [{ test: name, detail }], ignored: 0, ms: 0 };
}

/**
 * A file that fell before its first test is missing from the report, not failed in it, and its reason
 * with it: it is run once more by itself, to be heard.
 */
async function rowOf(file: string, reported: Row[], options: DenoTestOptions): Promise<Row> {
  const row = reported.find(({ name }) => name === file);
  if (row && row.passed + row.failures.length + row.ignored > 0) return row;
  const { stdout, stderr } = await whileItRuns(
    denoTest(options, [file]),
    (child) => child.output(),
  );
  return failed(
    file,
    `no test of this file ran\n${lastLines(new Uint8Array([...stdout, ...stderr]))}`,
  );
}

export async function runDenoTests(options: DenoTestOptions): Promise<Row[]> {
  const { files, jobs = 1 } = options;
  const hands = Array.from(
    { length: jobs },
    (_, hand) => files.filter((_, at) => at % jobs === hand),
  );
  const rows = await Promise.all(hands.map((files) => runInOne({ ...options, files })));
  return rows.flat().sort((a, b) => files.indexOf(a.name) - files.indexOf(b.name));
}

/** One process for all files. */
async function runInOne(options: DenoTestOptions): Promise<Row[]> {
  const { files } = options;
  if (files.length === 0) return [];
  const command = denoTest(options, ["--reporter=tap", ...files]);
  return await whileItRuns(command, (child) => readRows(child, options));
}

async function readRows(child: Deno.ChildProcess, options: DenoTestOptions): Promise<Row[]> {
  const { files } = options;
  const reader = new DenoTapReader();
  const stderr = new Response(child.stderr).bytes();
  await eachLine(child.stdout, (line) => reader.read(line, performance.now()));
  const { success } = await child.status;
  const said = lastLines(await stderr);
  // Nothing at all was run: it did not compile, or Deno itself is not there.
  if (reader.rows.length === 0) return [failed("deno test", said)];
  const rows: Row[] = [];
  for (const file of files) rows.push(await rowOf(file, reader.rows, options));
  // Deno also fails for what belongs to no test.
  if (success || rows.some(({ failures }) => failures.length > 0)) return rows;
  return [...rows, failed("deno test", said)];
}
