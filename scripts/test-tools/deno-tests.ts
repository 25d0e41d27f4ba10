/** Runs `deno test` over files. Each file must be in the report, or the file fails. */
import { type DenoTestOptions, type Ended, runDeno } from "./deno-process.ts";
import { DenoTapReader } from "./deno-tap.ts";
import type { Row } from "./suite.ts";
import { ROOT } from "../command/root.ts";
import { LOADING, readName } from "./test-names.ts";

interface SharedOptions extends DenoTestOptions {
  /** The number of processes that share the files; one by default. */
  processes?: number;
  /** The number of files that each process gets, where several processes share the files. */
  filesAtOnce?: number;
}

/** Returns the test files in folders of the repository, sorted; a folder that does not exist has none. */
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

const ranTests = (row: Row) => row.passed + row.failures.length + row.ignored > 0;

/**
 * Deno's report lacks a file that failed before its first test, and the reason. The file runs once more, by
 * itself, to show the reason.
 */
async function rowOf(file: string, reported: Row[], options: DenoTestOptions): Promise<Row> {
  const row = reported.find(({ name }) => name === file);
  if (row && ranTests(row)) return row;
  const lines: string[] = [];
  const { said } = await runDeno({ ...options, files: [file] }, (line) => lines.push(line));
  return failed(file, `no test of this file ran\n${lines.join("\n")}\n${said}`);
}

/**
 * With more files, the last process would run alone for long; with fewer files, more processes
 * would start.
 */
export const FILES_AT_ONCE = 4;

/** Returns a row for each file, in the files' order, and a row for an error that belongs to no file. */
export async function runDenoTests(options: SharedOptions): Promise<Row[]> {
  const { files, processes = 1, filesAtOnce = FILES_AT_ONCE } = options;
  if (processes === 1) return inOrder(await runAllFiles(options), files);
  const queue = [...files];
  const rows: Row[] = [];
  const work = async () => {
    while (queue.length > 0) {
      rows.push(...await runAllFiles({ ...options, files: queue.splice(0, filesAtOnce) }));
    }
  };
  await Promise.all(Array.from({ length: processes }, work));
  return inOrder(rows, files);
}

/**
 * Sorts rows in the order of their files. The row of an error that belongs to no file comes last.
 */
function inOrder(rows: Row[], files: string[]): Row[] {
  const placeOf = ({ name }: Row) => (files.indexOf(name) + 1) || Infinity;
  return rows.sort((a, b) => placeOf(a) < placeOf(b) ? -1 : 1);
}

/** Runs all files in one process; where a test ends the process, the remaining files run in another one. */
async function runAllFiles(options: DenoTestOptions): Promise<Row[]> {
  const rows: Row[] = [];
  for (let left = options.files; left.length > 0;) {
    const done = await runInOne({ ...options, files: left });
    rows.push(...done);
    const before = left.length;
    left = left.filter((file) => !done.some(({ name }) => name === file));
    if (left.length === before) break; // No test ran, and a repeat would give the same result.
  }
  return rows;
}

/** Returns the rows of a process that ended too early, with a failure of the test that ran last. */
function rowsOfBroken(rows: Row[], { running, said, isSilent }: Ended): Row[] {
  const { file = rows.at(-1)?.name, name } = readName(running);
  const detail = isSilent
    ? "the process was silent for too long"
    : `the process ended in it\n${said}`;
  let row = rows.at(-1);
  if (row?.name !== file) {
    row = failed(file!, detail);
    row.failures = [];
    rows.push(row);
  }
  row!.failures.push({ test: name || "after the last test reported", detail });
  return rows;
}

const ofNoTest = ({ files }: DenoTestOptions, said: string) =>
  failed("deno test", `an error in no test of ${files.join(", ")}\n${said}`);

/** Deno explains each failure of a test. Without a reason, an error outside of the tests ended the file. */
const hasForeignError = ({ failures }: Row) => failures.some(({ detail }) => detail === "");

/**
 * An error outside of the tests, such as a timer's, ends a whole group. The running test need not be its
 * cause, so each file that was not done runs by itself. Where all of those files pass, the group fails.
 */
async function rowsAfterForeignError(
  rows: Row[],
  options: DenoTestOptions,
  { said }: Ended,
): Promise<Row[]> {
  // Without a failed test, the error came before the first test or after the last one.
  const done = rows.slice(0, Math.max(rows.findIndex(hasForeignError), 0));
  const isDone = (file: string) => done.some(({ name }) => name === file);
  const alone: Row[] = [];
  for (const file of options.files) {
    if (isDone(file)) continue;
    const own = await runAllFiles({ ...options, files: [file], isGroup: false });
    // A file that failed before its first test has no row of its own.
    if (own.length === 1) own[0]!.name = file;
    alone.push(...own);
  }
  if (alone.some(({ failures }) => failures.length > 0)) return [...done, ...alone];
  return [...done, ...alone, ofNoTest(options, said)];
}

async function runInOne(options: DenoTestOptions): Promise<Row[]> {
  const reader = new DenoTapReader(options.isGroup);
  const see = (line: string) => reader.read(line, performance.now());
  const ended = await runDeno(options, see);
  const { success, said, running } = ended;
  const { file: ranLast, name } = readName(running);
  // `Deno.exit` in a file that is loaded ends the process with a whole report of no tests.
  const isLoading = name === LOADING;
  // The report of a group names a file only after the file's first test.
  const isKnown = reader.rows.length > 0 || options.isGroup && ranLast !== undefined;
  if (isLoading || !reader.isWhole && isKnown) return rowsOfBroken(reader.rows, ended);
  // No test ran: the files do not compile, or Deno did not start.
  if (reader.rows.length === 0 && !options.isGroup) return [failed("deno test", said)];
  const hasFailure = reader.rows.some(({ failures }) => failures.length > 0);
  if (options.isGroup && (reader.rows.some(hasForeignError) || !success && !hasFailure)) {
    return await rowsAfterForeignError(reader.rows, options, ended);
  }
  const rows: Row[] = [];
  const alone = { ...options, isGroup: false };
  for (const file of options.files) rows.push(await rowOf(file, reader.rows, alone));
  // Deno also fails because of an error that belongs to no test.
  if (success || rows.some(({ failures }) => failures.length > 0)) return rows;
  return [...rows, ofNoTest(options, said)];
}
