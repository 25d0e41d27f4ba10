/** Reads, splits and applies migrations as the Supabase CLI does. */
export { type Migration, readMigrations } from "./migration-files.ts";
export { applyMissing, migrate, seed } from "./migrate.ts";
export { splitStatements } from "./split-statements.ts";
