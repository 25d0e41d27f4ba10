/** Runs pgTAP files with pg_prove, pgTAP's own test runner, over TCP. */
import { OWNER, PASSWORD } from "@farthing/local-stack/postgres";
import { lastLines } from "./deno-process.ts";
import { canRun } from "../command/program.ts";
import type { Row } from "./suite.ts";
import { ROOT } from "../command/root.ts";

export interface Proof {
  port: number;
  database: string;
  /** The path of the file, relative to the repository's root. */
  path: string;
  timeoutMs: number;
}

/** Returns why pg_prove can't run here, or undefined if it can. */
export async function lackingPgProve(): Promise<string | undefined> {
  for (const program of ["pg_prove", "psql"]) {
    if (await canRun(program)) continue;
    return `${program} is not installed (Debian: libtap-parser-sourcehandler-pgtap-perl, postgresql-client)`;
  }
}

/** Runs one file. If the file fails, the failure's detail is the output of pg_prove. */
export async function provePath(
  { port, database, path, timeoutMs }: Proof,
): Promise<Omit<Row, "name">> {
  const start = performance.now();
  const { success, stdout, stderr } = await new Deno.Command("pg_prove", {
    args: [
      ...["--norc", "--nocolor", "--failures", "--comments", "--parse"],
      ...["-h", "127.0.0.1", "-p", String(port), "-U", OWNER, "-d", database, path],
    ],
    cwd: ROOT,
    // The caller's options are passed on too, because PGOPTIONS sets the seed of a random test.
    env: {
      PGPASSWORD: PASSWORD,
      PGOPTIONS: `-c statement_timeout=${timeoutMs} ${Deno.env.get("PGOPTIONS") ?? ""}`,
    },
    stdin: "null",
  }).output();
  const said = new TextDecoder().decode(stdout);
  const ran = Number(/^Files=1, Tests=(\d+)/m.exec(said)?.[1] ?? 0);
  const failed = Number(/Failed: (\d+)\)/.exec(said)?.[1] ?? 0);
  const detail = lastLines(new Uint8Array([...stdout, ...stderr]), 40);
  return {
    passed: ran - failed,
    failures: success && ran > 0 ? [] : [{ test: path, detail }],
    ignored: 0,
    ms: performance.now() - start,
  };
}
