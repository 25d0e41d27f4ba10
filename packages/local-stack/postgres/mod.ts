/** PostgreSQL servers with Supabase's roles and extensions, without the rest of the stack. */
export { isAlive, killAll, processTree } from "../core/processes.ts";
export { serverAccount } from "./server-account.ts";
export { bootstrap } from "./bootstrap.ts";
export { type DatabaseServer, endLeftover, startDatabase } from "./database.ts";
export { type Databases, RunningServer } from "./running-server.ts";
export { install } from "./install.ts";
export { databaseDir } from "./directories.ts";
export { OWNER, PASSWORD, runningPid } from "./server-process.ts";
export { findSource, findSystem, type Flavour } from "./find-postgres.ts";
