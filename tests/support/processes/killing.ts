/**
 * Kills the database as a power cut would, and waits until the stack has restarted the database.
 */
import { ok } from "node:assert/strict";
import {
  databaseDir,
  isAlive,
  killAll,
  processTree,
  runningPid,
} from "@farthing/local-stack/postgres";
import { withSql } from "../project/database.ts";
import { until } from "../project/until.ts";
import type { World } from "../project/world.ts";

const BACK_DEADLINE_MS = 30_000;

/**
 * Sends SIGKILL to every process of the database server, and resolves when all processes have
 * ended.
 */
export async function killDatabase({ dataDir }: World): Promise<void> {
  ok(dataDir, "set FARTHING_DATA to the data folder of the stack whose database may be killed");
  const directory = databaseDir(dataDir);
  const pid = await until("the database to kill is running", () => runningPid(directory));
  const tree = await processTree(pid);
  killAll(tree, "SIGKILL");
  await until(
    "every process of the database has ended",
    () => tree.some(isAlive) ? undefined : true,
  );
}

export async function databaseIsBack(world: World): Promise<void> {
  const probe = () => withSql(world, (sql) => sql`select 1`);
  await until("the database answers again", probe, BACK_DEADLINE_MS);
}
