/** Dumps the ledger: the schemas farthing, farthing_public and auth, all as of one moment. */
import { formatMs } from "../../command/format-ms.ts";
import { targetOf } from "../../deploy/push-migrations.ts";
import type { Context, GoLiveStep } from "../command/context.ts";
import { runFolder } from "../core/run-file.ts";
import { failed, found, skipped } from "../core/step.ts";
import { withSql } from "../shared/database.ts";
import { findPgDump } from "./find-tools.ts";
import { writeSnapshot } from "./record.ts";
import { sha256 } from "./check-snapshot.ts";

const SCHEMAS = ["farthing", "farthing_public", "auth"];

const decoder = new TextDecoder();

/** Runs a program of PostgreSQL. The password is in the environment, which `ps` does not show. */
export async function runTool(
  program: string,
  args: readonly string[],
  databaseUrl: string,
): Promise<{ success: boolean; said: string }> {
  const { remote, env } = targetOf(databaseUrl);
  const command = new Deno.Command(program, { args: [...args, `--dbname=${remote}`], env });
  const { success, stderr } = await command.output();
  return { success, said: decoder.decode(stderr).trim() };
}

async function takenAt(databaseUrl: string): Promise<Date> {
  return await withSql(databaseUrl, async (sql) => {
    const [row] = await sql<{ now: Date }[]>`select now()`;
    return row!.now;
  });
}

/** Dumps into a file that only its owner can read, because it has emails and password hashes. */
async function dumpTo(
  file: string,
  pgDump: string,
  databaseUrl: string,
): Promise<{ success: boolean; said: string }> {
  await Deno.mkdir(`${runFolder()}/snapshots`, { recursive: true, mode: 0o700 });
  await Deno.writeTextFile(file, "", { mode: 0o600 });
  const schemas = SCHEMAS.map((schema) => `--schema=${schema}`);
  return await runTool(pgDump, ["--format=custom", `--file=${file}`, ...schemas], databaseUrl);
}

async function dumped({ project, run, tell }: Context) {
  const tools = await findPgDump(project);
  if (typeof tools === "string" || project.databaseUrl === undefined) return skipped(String(tools));
  const start = performance.now();
  const at = await takenAt(project.databaseUrl);
  const file = `${runFolder()}/snapshots/${run}.dump`;
  const { success, said } = await dumpTo(file, tools.pgDump, project.databaseUrl);
  if (!success) {
    return failed(
      said.split("\n").slice(-3),
      "Correct what pg_dump reports. SUPABASE_DB_URL must be the owner's database URL.",
    );
  }
  const { size } = await Deno.stat(file);
  const hash = await sha256(file);
  await writeSnapshot(project, {
    ...{ file, bytes: size, sha256: hash, takenAt: at.toISOString(), provedAt: null },
  });
  await tell({ "snapshot.file": file, "snapshot.at": at.toISOString() });
  const took = formatMs(performance.now() - start);
  return found([`${file}: ${size} bytes in ${took}`, `sha256 ${hash}`, `of ${at.toISOString()}`]);
}

export const dump: GoLiveStep = {
  code: "snapshot.dump",
  title: "Can the ledger be dumped?",
  source: "ledger",
  run: dumped,
};
