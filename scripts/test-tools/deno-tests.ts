/** Runs `deno test` on files. A file that is missing in the report has failed. */
import { type DenoTestOptions, type Ended, runDeno } from "./deno-process.ts";
import { DenoTapReader } from "./deno-tap.ts";
import type { Row } from "./suite.ts";
import { ROOT } from "../command/root.ts";
import { LOADING, readName } from "./test-names.ts";

interface SharedOptions extends DenoTestOptions {
  /** The number of processes among which the files are divided; one by default. */
  processes?: number;
  /** The number of files that each process gets at a time, if there are several processes. */
  filesAtOnce?: number;
}

/**
 * Searches folders of the repository for files whose names match. Returns the files in sorted
 * order. A folder that does not exist contains none.
 */
async function findFiles(
  folders: readonly string[],
  named: RegExp,
  root = ROOT,
): Promise<string[]> {
  const found: string[] = [];
  const look = async (folder: string): Promise<void> => {
    for await (const { name, isDirectory } of Deno.readDir(`${root}/${folder}`)) {
      if (isDirectory && name !== "node_modules") await look(`${folder}/${name}`);
      else if (named.test(name)) found.push(`${folder}/${name}`);
    }
  };
  for (const folder of folders) {
    await look(folder).catch((error) => {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    });
  }
  return found.sort();
}

export const findTests = (folders: readonly string[], root = ROOT) =>
  findFiles(folders, /\.test\.tsx?$/, root);

export const findModules = (folders: readonly string[]) => findFiles(folders, /\.tsx?$/);

function failed(name: string, detail: string): Row {
  return { name, passed: 0, failures: [{ test: name, detail }], ignored: 0, ms: 0 };
}

const ranTests = (row: Row) => row.passed + row.failures.length + row.ignored > 0;

/**
 * Returns the row of one file. If no test of the file is in Deno's report, the file failed before
 * its first test, and the report does not say why. The file is therefore run once more, alone, to
 * find the reason.
 */
async function rowOf(file: string, reported: Row[], options: DenoTestOptions): Promise<Row> {
  const row = reported.find(({ name }) => name === file);
  if (row && ranTests(row)) return row;
  const lines: string[] = [];
  const { said } = await runDeno({ ...options, files: [file] }, (line) => lines.push(line));
  return failed(file, `no test of this file ran\n${lines.join("\n")}\n${said}`);
}

/**
 * The number of test files that a process gets at a time. With more, one process would still run for
 * long after the others have ended. With fewer, more processes would have to start.
 */
export const FILES_AT_ONCE = 8;

/**
 * Returns a row for each file, in the order of the files. An error that belongs to no file has a
 * row of its own.
 */
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

/** Sorts rows in the order of the files. The row of an error that belongs to no file comes last. */
function inOrder(rows: Row[], files: string[]): Row[] {
  const placeOf = ({ name }: Row) => (files.indexOf(name) + 1) || Infinity;
  return rows.sort((a, b) => placeOf(a) < placeOf(b) ? -1 : 1);
}

/**
 * Runs all files in one process. If a test ends the process, a new process runs the remaining
 * files.
 */
async function runAllFiles(options: DenoTestOptions): Promise<Row[]> {
  const rows: Row[] = [];
  for (let left = options.files; left.length > 0;) {
    const done = await runInOne({ ...options, files: left });
    rows.push(...done);
    const before = left.length;
    left = left.filter((file) => !done.some(({ name }) => name === file));
    if (left.length === before) break; // No test ran, and a new process would end the same way.
  }
  return rows;
}

/** Returns the rows of a process that ended too early. The test that ran last has failed. */
function rowsOfBroken(rows: Row[], { running, said, isSilent }: Ended): Row[] {
  const { file = rows.at(-1)?.name, name } = readName(running);
  const detail = isSilent
    ? "the process was silent for too long"
    : `the process ended during this test\n${said}`;
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
  failed("deno test", `an error outside of the tests of ${files.join(", ")}\n${said}`);

/**
 * Whether an error outside of the tests ended the file. If a test itself fails, Deno's report gives
 * a reason. A failure without a reason was therefore caused by an error outside of the tests.
 */
const hasForeignError = ({ failures }: Row) => failures.some(({ detail }) => detail === "");

/**
 * An error outside of the tests, for example in a timer, ends a whole group of files. The test that
 * was running need not be the cause, so each unfinished file runs again alone. If all of these
 * files pass, the error is reported for the group as a whole.
 */
async function rowsAfterForeignError(
  rows: Row[],
  options: DenoTestOptions,
  { said }: Ended,
): Promise<Row[]> {
  // The rows before the first row with an error outside of the tests are finished. If no row has
  // such an error, the error occurred before the first test or after the last one, and no file
  // counts as finished.
  const done = rows.slice(0, Math.max(rows.findIndex(hasForeignError), 0));
  const isDone = (file: string) => done.some(({ name }) => name === file);
  const alone: Row[] = [];
  for (const file of options.files) {
    if (isDone(file)) continue;
    const own = await runAllFiles({ ...options, files: [file], isGroup: false });
    // If a file failed before its first test, its only row does not have the file's name.
    if (own.length === 1) own[0]!.name = file;
    alone.push(...own);
  }
  if (alone.some(({ failures }) => failures.length > 0)) return [...done, ...alone];
  return [...done, ...alone, ofNoTest(options, said)];
}

/**
 * If a promise is rejected while a file of a group is loaded, Deno may begin the tests at once. The
 * next file then can't add its tests any more, so it fails, although it did not cause the
 * rejection.
 */
const BEGAN_EARLY = /Nested Deno\.test\(\) calls/;

async function runInOne(options: DenoTestOptions): Promise<Row[]> {
  const reader = new DenoTapReader(options.isGroup);
  const see = (line: string) => reader.read(line, performance.now());
  const ended = await runDeno(options, see);
  const { success, said, running } = ended;
  const { file: ranLast, name } = readName(running);
  // If a file calls `Deno.exit` while it is loaded, the process ends with a complete report that
  // contains no tests.
  const isLoading = name === LOADING;
  // True if the file that ended the process is known. A group's report names a file only after the
  // file's first test has ended. Before that, the file is known only from the recorded name of the
  // running test.
  const isKnown = reader.rows.length > 0 || options.isGroup && ranLast !== undefined;
  if (options.isGroup && isLoading && BEGAN_EARLY.test(said)) {
    return await rowsAfterForeignError(reader.rows, options, ended);
  }
  if (isLoading || !reader.isWhole && isKnown) return rowsOfBroken(reader.rows, ended);
  // No test ran, because the files do not compile or Deno did not start.
  if (reader.rows.length === 0 && !options.isGroup) return [failed("deno test", said)];
  const hasFailure = reader.rows.some(({ failures }) => failures.length > 0);
  if (options.isGroup && (reader.rows.some(hasForeignError) || !success && !hasFailure)) {
    return await rowsAfterForeignError(reader.rows, options, ended);
  }
  const rows: Row[] = [];
  const alone = { ...options, isGroup: false };
  for (const file of options.files) rows.push(await rowOf(file, reader.rows, alone));
  // Deno can also fail because of an error that belongs to no test.
  if (success || rows.some(({ failures }) => failures.length > 0)) return rows;
  return [...rows, ofNoTest(options, said)];
}
