/**
 * Runs pgTAP files one after the other in the same database. Each file must roll back its changes.
 * Making a copy of the database for each file would take as much processor time as the files
 * themselves.
 */
import type { Databases } from "@farthing/local-stack/postgres";
import { type CommitWatch, watchCommits } from "./committed-rows.ts";
import type { Project } from "../../test-tools/long-lived/project.ts";
import type { Row } from "../../test-tools/suite.ts";

/** Runs one file in a database. */
export type RunFile = (server: Databases, database: string, file: string) => Promise<Row>;

const explain = (tables: string[]) =>
  `The file commits a change of ${
    tables.join(", ")
  }, which later files would see. Begin the file with ` +
  "`begin;`, end it with `rollback;`, and commit nothing between them.";

/** Returns a database name that no other run on the same server uses. */
export const databaseFor = (file: string) => `pgtap_${Deno.pid}_${file.replace(/\W/g, "_")}`;

/**
 * Returns a row for each file. If a file commits a change, it fails, and the next file gets a new
 * copy of the database.
 */
export async function runInOneDatabase(
  { server, template }: Project,
  files: readonly string[],
  run: RunFile,
): Promise<Row[]> {
  const database = databaseFor("shared");
  const rows: Row[] = [];
  let watch: CommitWatch | undefined;
  const drop = async () => {
    await watch?.end();
    watch = undefined;
    await server.dropDatabase(database);
  };
  try {
    for (const file of files) {
      if (!watch) {
        await server.createDatabase(database, { template });
        watch = await watchCommits(server, database);
      }
      const row = await run(server, database, file);
      const changed = await watch.changedTables();
      if (changed.length > 0) {
        const test = "the file leaves the database as it was";
        row.failures.push({ test, detail: explain(changed) });
        await drop();
      }
      rows.push(row);
    }
  } finally {
    await drop();
  }
  return rows;
}
