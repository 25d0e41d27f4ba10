/** Connects to a running server and manages its databases, whichever process started the server. */
import postgres from "postgres";
import { AUTH, OWNER, PASSWORD, SUPERUSER } from "./server-process.ts";

type ClientOptions = postgres.Options<Record<string, never>>;

export interface Databases {
  readonly port: number;
  /**
   * Returns the URL with which the project's owner, the role `postgres`, connects to a database
   * ("postgres" by default). This role is not a superuser.
   */
  url(database?: string): string;
  /** Makes a new client that connects as the project's owner; the caller must end it. */
  connect(database?: string, options?: ClientOptions): postgres.Sql;
  /**
   * Makes a new client that connects as supabase_admin, the superuser, for work that the project's
   * owner may not do.
   */
  connectAsAdmin(database?: string, options?: ClientOptions): postgres.Sql;
  /**
   * Makes a new client that connects as supabase_auth_admin, which owns Auth's tables and has no
   * rights on a project's own tables.
   */
  connectAsAuth(database?: string, options?: ClientOptions): postgres.Sql;
  /** Makes a database that `postgres` owns. */
  createDatabase(name: string, options?: { template?: string }): Promise<void>;
  renameDatabase(name: string, to: string): Promise<void>;
  /**
   * Drops a database, even if clients are connected. Does nothing if the database does not exist.
   */
  dropDatabase(name: string): Promise<void>;
}

export class RunningServer implements Databases {
  constructor(readonly port: number) {}

  #urlAs(role: string, database: string): string {
    return `postgresql://${role}:${PASSWORD}@127.0.0.1:${this.port}/${database}`;
  }

  url(database = "postgres"): string {
    return this.#urlAs(OWNER, database);
  }

  connect(database = "postgres", options: ClientOptions = {}): postgres.Sql {
    return postgres(this.url(database), { max: 4, onnotice() {}, ...options });
  }

  connectAsAdmin(database = "postgres", options: ClientOptions = {}): postgres.Sql {
    const url = this.#urlAs(SUPERUSER, database);
    return postgres(url, { max: 4, onnotice() {}, ...options });
  }

  connectAsAuth(database = "postgres", options: ClientOptions = {}): postgres.Sql {
    const url = this.#urlAs(AUTH, database);
    return postgres(url, { max: 4, onnotice() {}, ...options });
  }

  /** Runs one or more statements as the superuser. */
  protected async admin(statement: string): Promise<void> {
    const sql = this.connectAsAdmin("postgres", { max: 1 });
    try {
      await sql.unsafe(statement);
    } finally {
      await sql.end();
    }
  }

  async createDatabase(name: string, { template }: { template?: string } = {}): Promise<void> {
    // Copies the template's files. By default, PostgreSQL copies through the write-ahead log, which
    // takes three times as long.
    const from = template ? ` template ${quoteName(template)} strategy file_copy` : "";
    await this.admin(`create database ${quoteName(name)} owner ${OWNER}${from}`);
  }

  async renameDatabase(name: string, to: string): Promise<void> {
    await this.admin(`alter database ${quoteName(name)} rename to ${quoteName(to)}`);
  }

  async dropDatabase(name: string): Promise<void> {
    await this.admin(`drop database if exists ${quoteName(name)} with (force)`);
  }
}

/** Returns an SQL identifier in double quotes. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
