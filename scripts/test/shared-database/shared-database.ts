/**
 * Runs pgTAP files one after the other in the same database. Each file must roll back its changes.
 * Making a copy of the database for each file would take as much processor time as the files
 * themselves.
 */
import { type CommitWatch, watchCommits } from "./committed-rows.ts";
import type { Project } from "../../test-tools/long-lived/project.ts";
import type { OpenPgtap, PgtapSession } from "../../test-tools/pgtap-session.ts";
import type { Row } from "../../test-tools/suite.ts";

const explain = (tables: string[]) =>
  `The file commits a change of ${
    tables.join(", ")
  }, which later files would see. Begin the file with ` +
  "`begin;`, end it with `rollback;`, and commit nothing between them.";

/** Returns a database name that no other run on the same server uses. */
export const databaseFor = (file: string) => `pgtap_${Deno.pid}_${file.replace(/\W/g, "_")}`;

/**
 * Returns a row for each file. A file that commits a change fails, and the next file gets a new
 * copy of the database.
 */
export async function runInOneDatabase(
  { server, template }: Project,
  files: readonly string[],
  open: OpenPgtap,
): Promise<Row[]> {
  const database = databaseFor("shared");
  const rows: Row[] = [];
  let opened: { session: PgtapSession; watch: CommitWatch } | undefined;
  const drop = async () => {
    await opened?.session.end();
    await opened?.watch.end();
    opened = undefined;
    await server.dropDatabase(database);
  };
  try {
    for (const file of files) {
      if (!opened) {
        await server.createDatabase(database, { template });
        const session = await open(server, database);
        opened = { session, watch: await watchCommits(server, database) };
      }
      const row = await opened.session.run(file);
      const changed = await opened.watch.changedTables();
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
