/** PostgreSQL servers with Supabase's roles and extensions, without the rest of the stack. */
export { serverAccount } from "./account.ts";
export { type DatabaseServer, endLeftover, startDatabase } from "./database.ts";
export { type Databases, RunningServer } from "./databases.ts";
export { install } from "./install.ts";
export { databaseDir } from "./places.ts";
export { bootstrap } from "./plugin.ts";
export { isAlive, killAll, OWNER, PASSWORD, processTree, runningPid } from "./process.ts";
export { findSource, findSystem, type Flavour } from "./source.ts";
