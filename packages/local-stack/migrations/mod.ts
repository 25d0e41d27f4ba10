/** Migrations as the Supabase CLI reads, splits and applies them. */
export { type Migration, readMigrations } from "./migration-files.ts";
export { applyMissing, migrate, seed } from "./migrate.ts";
export { splitStatements } from "./split-statements.ts";
