import { cleanUpOnSignals, withCleanup } from "@farthing/command-line";
import type postgres from "postgres";
import type { DatabaseServer } from "../database.ts";
import type { Flavour } from "../find-postgres.ts";
import { startOnFreePort } from "./free-port-server.ts";

/** Starts a server, passes it to `use`, then stops it and removes its data. */
export async function withServer(
  use: (server: DatabaseServer) => Promise<void>,
  flavour: Flavour = "embedded",
): Promise<void> {
  const dataDir = await Deno.makeTempDir({ prefix: "farthing-database-test-" });
  await Deno.chmod(dataDir, 0o755); // the server's account must be able to enter
  const noMore = cleanUpOnSignals();
  let starting: Promise<DatabaseServer> | undefined;
  const cleanup = async () => {
    await starting?.then((server) => server.stop(), () => {});
    await Deno.remove(dataDir, { recursive: true });
  };
  await withCleanup(cleanup, async () => {
    await use(await (starting = startOnFreePort({ dataDir, flavour })));
  });
  noMore();
}

export async function withClient(
  server: DatabaseServer,
  database: string,
  use: (sql: postgres.Sql) => Promise<void>,
): Promise<void> {
  const sql = server.connect(database, { max: 2 });
  await use(sql).finally(() => sql.end());
}
