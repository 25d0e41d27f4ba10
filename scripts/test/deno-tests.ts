/** Runs `deno test` over files and believes its report only where each file is in it. */
import { type DenoTestOptions, runDeno } from "./deno-process.ts";
import { DenoTapReader } from "./deno-tap.ts";
import { ROOT, type Row } from "./suite.ts";

interface SharedOptions extends DenoTestOptions {
  /** How many processes share the files; one unless named. */
  jobs?: number;
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
  const lines: string[] = [];
  const { said } = await runDeno({ ...options, files: [file] }, (line) => lines.push(line));
  return failed(file, `no test of this file ran\n${lines.join("\n")}\n${said}`);
}

/** So many files begin together in a process of several: a new process is dear, and so is a long last one. */
const TOGETHER = 4;

export async function runDenoTests(options: SharedOptions): Promise<Row[]> {
  const { files, jobs = 1 } = options;
  if (jobs === 1) return await runToTheEnd(options);
  const queue = [...files];
  const rows: Row[] = [];
  const work = async () => {
    while (queue.length > 0) {
      rows.push(...await runToTheEnd({ ...options, files: queue.splice(0, TOGETHER) }));
    }
  };
  await Promise.all(Array.from({ length: jobs }, work));
  return rows.sort((a, b) => files.indexOf(a.name) - files.indexOf(b.name));
}

/** One process for all files; where a test takes it along, another one for the files that are left. */
async function runToTheEnd(options: DenoTestOptions): Promise<Row[]> {
  const rows: Row[] = [];
  for (let left = options.files; left.length > 0;) {
    const done = await runInOne({ ...options, files: left });
    rows.push(...done);
    const before = left.length;
    left = left.filter((file) => !done.some(({ name }) => name === file));
    if (left.length === before) break; // nothing was run, and would not be the next time
  }
  return rows;
}

/** The rows of a process that did not end by itself, up to the file it was in. */
function brokenOff(rows: Row[], running: string, why: string): Row[] {
  const row = rows.at(-1)!;
  row.failures.push({ test: running || "after the last test reported", detail: why });
  return rows;
}

async function runInOne(options: DenoTestOptions): Promise<Row[]> {
  const reader = new DenoTapReader();
  const see = (line: string) => reader.read(line, performance.now());
  const { success, said, running, isSilent } = await runDeno(options, see);
  // Nothing at all was run: it did not compile, or Deno itself is not there.
  if (reader.rows.length === 0) return [failed("deno test", said)];
  if (!reader.isWhole) {
    const why = isSilent ? "nothing was heard of it" : `the process ended in it\n${said}`;
    return brokenOff(reader.rows, running, why);
  }
  const rows: Row[] = [];
  for (const file of options.files) rows.push(await rowOf(file, reader.rows, options));
  // Deno also fails for what belongs to no test.
  if (success || rows.some(({ failures }) => failures.length > 0)) return rows;
  return [...rows, failed("deno test", said)];
}
