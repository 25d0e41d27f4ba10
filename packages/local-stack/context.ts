/** What the parts of a running stack share. */
import type { Keys } from "./keys.ts";
import type { Ports, ResolvedOptions } from "./options.ts";
import type { DatabaseServer } from "./postgres/database.ts";

export interface Urls {
  api: string;
  database: string;
  mail: string;
  stripe: string;
  ai: string;
  /** Upstash's REST API; undefined where the machine has no redis-server. */
  redis: string | undefined;
}

export interface StackContext {
  options: ResolvedOptions;
  ports: Ports;
  urls: Urls;
  keys: Keys;
  /** Set by the database part, which starts first. */
  database?: DatabaseServer;
  log(line: string): void;
}

/** The database of a context whose database part has started. */
export function databaseOf(context: StackContext): DatabaseServer {
  if (!context.database) throw new Error("the database part has not started");
  return context.database;
}
