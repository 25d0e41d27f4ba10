/** Runs `deno test` over files and believes its report only where each file is in it. */
import { rowsOfJunit } from "./junit.ts";
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
  /** How many files run at once; 1 unless named. */
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

/** A file that fell before its first test is missing from the report, not failed in it. */
function rowsForAll(files: string[], reported: Row[], output: string): Row[] {
  return files.map((file) => {
    const row = reported.find(({ name }) => name === file);
    if (row && row.passed + row.failures.length + row.ignored > 0) return row;
    const detail = `no test of this file ran\n${output}`;
    return {
      name: file,
      passed: 0,
      failures: [{ test: file, detail }],
      ignored: 0,
      ms: row?.ms ?? 0,
    };
  });
}

export async function runDenoTests(options: DenoTestOptions): Promise<Row[]> {
  const { files, cwd = ROOT, env = {}, command = [Deno.execPath()], flags = [], jobs = 1 } =
    options;
  if (files.length === 0) return [];
  const report = await Deno.makeTempFile({ suffix: ".xml" });
  try {
    const [program, ...args] = command;
    const { success, stdout, stderr } = await new Deno.Command(program!, {
      args: [
        ...args,
        "test",
        "-A",
        ...(jobs > 1 ? ["--parallel"] : []),
        ...flags,
        `--junit-path=${report}`,
        ...files,
      ],
      cwd,
      env: { NO_COLOR: "1", DENO_JOBS: String(jobs), ...env },
    }).output();
    const said = lastLines(new Uint8Array([...stdout, ...stderr]));
    const xml = await Deno.readTextFile(report);
    const rows = rowsForAll(files, xml === "" ? [] : rowsOfJunit(xml), said);
    // Deno also fails for what belongs to no test: a leak, an unhandled rejection.
    if (success || rows.some(({ failures }) => failures.length > 0)) return rows;
    return [...rows, {
      name: "deno test",
      passed: 0,
      failures: [{ test: "exit code", detail: said }],
      ignored: 0,
      ms: 0,
    }];
  } finally {
    await Deno.remove(report);
  }
}
