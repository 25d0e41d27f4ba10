/** The data that the parts of a running stack share. */
import type { Keys } from "../core/keys.ts";
import type { Ports, Urls } from "../core/ports.ts";
import type { DatabaseServer } from "../postgres/database.ts";
import type { ResolvedOptions } from "./options.ts";

export interface StackContext {
  options: ResolvedOptions;
  ports: Ports;
  urls: Urls;
  keys: Keys;
  /** Set by the database part, which starts first. */
  database?: DatabaseServer;
  log(line: string): void;
}

/** Returns the database of a context whose database part has started. */
export function databaseOf(context: StackContext): DatabaseServer {
  if (!context.database) throw new Error("the database part has not started");
  return context.database;
}
