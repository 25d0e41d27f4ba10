/**
 * libpq, called straight from a thread: the C client that also drives pgbench. A client in
 * JavaScript costs more than a debit does, and would make every arm look alike.
 */
import { join } from "node:path";

const SYMBOLS = {
  PQconnectdb: { parameters: ["buffer"], result: "pointer" },
  PQstatus: { parameters: ["pointer"], result: "i32" },
  PQerrorMessage: { parameters: ["pointer"], result: "pointer" },
  PQprepare: { parameters: ["pointer", "buffer", "buffer", "i32", "pointer"], result: "pointer" },
  PQexecPrepared: {
    parameters: ["pointer", "buffer", "i32", "buffer", "pointer", "pointer", "i32"],
    result: "pointer",
  },
  PQresultStatus: { parameters: ["pointer"], result: "i32" },
  PQsetNoticeProcessor: { parameters: ["pointer", "function", "pointer"], result: "pointer" },
  PQclear: { parameters: ["pointer"], result: "void" },
  PQfinish: { parameters: ["pointer"], result: "void" },
} as const;

const NOTICE = { parameters: ["pointer", "pointer"], result: "void" } as const;

const CONNECTION_OK = 0;
const COMMAND_OK = 1;
const TUPLES_OK = 2;
const TEXT_FORMAT = 0;

const FILE_NAMES: Record<string, string> = { darwin: "libpq.5.dylib", windows: "libpq.dll" };

const encoder = new TextEncoder();

/** Text as C reads it. */
export function cString(text: string): Uint8Array<ArrayBuffer> {
  return encoder.encode(`${text}\0`);
}

/** One connection with one prepared statement. */
export interface Connection {
  /** Runs the statement and waits for its answer; false where the server refused it or is gone. */
  execute(): boolean;
  /** What the server last complained of. */
  message(): string;
  close(): void;
}

/**
 * Connects and prepares. `values` holds one pointer per parameter, each to a C string; whoever
 * calls `execute` changes these in place.
 * @param lib the directory with the server's libraries
 */
export function connect(
  lib: string,
  url: string,
  statement: string,
  values: BigUint64Array<ArrayBuffer>,
): Connection {
  const library = Deno.dlopen(join(lib, FILE_NAMES[Deno.build.os] ?? "libpq.so.5"), SYMBOLS);
  const pq = library.symbols;
  const connection = pq.PQconnectdb(cString(url));
  const message = () => {
    const text = pq.PQerrorMessage(connection);
    return text === null ? "" : new Deno.UnsafePointerView(text).getCString().trim();
  };
  // Otherwise what the server says beside an answer, as when it is killed, is printed by the library.
  const silence = new Deno.UnsafeCallback(NOTICE, () => {});
  pq.PQsetNoticeProcessor(connection, silence.pointer, null);
  const name = cString("arm");
  const prepared = pq.PQprepare(connection, name, cString(statement), values.length, null);
  const isReady = pq.PQstatus(connection) === CONNECTION_OK &&
    pq.PQresultStatus(prepared) === COMMAND_OK;
  pq.PQclear(prepared);
  if (!isReady) throw new Error(message());
  return {
    execute() {
      const result = pq.PQexecPrepared(
        connection,
        name,
        values.length,
        values,
        null,
        null,
        TEXT_FORMAT,
      );
      const status = pq.PQresultStatus(result);
      pq.PQclear(result);
      return status === TUPLES_OK || status === COMMAND_OK;
    },
    message,
    close() {
      pq.PQfinish(connection);
      silence.close();
      library.close();
    },
  };
}
