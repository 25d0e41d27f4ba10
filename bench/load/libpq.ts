/**
 * Calls libpq, the C client that pgbench uses too, directly from a thread. A JavaScript client
 * needs more time for a call than the server needs for a debit, so with such a client all arms
 * would look alike.
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
  PQntuples: { parameters: ["pointer"], result: "i32" },
  PQgetvalue: { parameters: ["pointer", "i32", "i32"], result: "pointer" },
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

/** Returns a text as a C string, which ends with a zero byte. */
export function cString(text: string): Uint8Array<ArrayBuffer> {
  return encoder.encode(`${text}\0`);
}

/** The answer to a statement. It is valid only while the function passed to `execute` runs. */
export interface Answer {
  rows: number;
  /** Returns the address of the text of a column in the first row. */
  pointAt(column: number): bigint;
}

export interface Statement {
  /**
   * Runs the statement and waits for its answer. Returns false if the server refuses the statement,
   * if the connection is lost, or if `use` returns false.
   */
  execute(use?: (answer: Answer) => boolean): boolean;
}

export interface Connection {
  /**
   * Prepares a statement. `values` contains a pointer to a C string for each parameter. The caller
   * of `execute` changes these pointers in place before each call.
   */
  prepare(statement: string, values: BigUint64Array<ArrayBuffer>): Statement;
  /** Returns the server's last error message. */
  message(): string;
  close(): void;
}

const load = (lib: string) =>
  Deno.dlopen(join(lib, FILE_NAMES[Deno.build.os] ?? "libpq.so.5"), SYMBOLS);

type Libpq = ReturnType<typeof load>["symbols"];

function answerOf(pq: Libpq, result: Deno.PointerValue): Answer {
  return {
    rows: pq.PQntuples(result),
    pointAt: (column) => BigInt(Deno.UnsafePointer.value(pq.PQgetvalue(result, 0, column))),
  };
}

function prepareWith(
  pq: Libpq,
  connection: Deno.PointerValue,
  name: Uint8Array<ArrayBuffer>,
  values: BigUint64Array<ArrayBuffer>,
): Statement {
  return {
    execute(use) {
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
      const isDone = (status === TUPLES_OK || status === COMMAND_OK) &&
        (use === undefined || use(answerOf(pq, result)));
      pq.PQclear(result);
      return isDone;
    },
  };
}

/**
 * Connects to a database.
 * @param lib the directory with the server's libraries
 */
export function connect(lib: string, url: string): Connection {
  const library = load(lib);
  const pq = library.symbols;
  const connection = pq.PQconnectdb(cString(url));
  const message = () => {
    const text = pq.PQerrorMessage(connection);
    return text === null ? "" : new Deno.UnsafePointerView(text).getCString().trim();
  };
  // Without this callback, libpq prints the server's notices, for example when the server is
  // killed.
  const silence = new Deno.UnsafeCallback(NOTICE, () => {});
  pq.PQsetNoticeProcessor(connection, silence.pointer, null);
  if (pq.PQstatus(connection) !== CONNECTION_OK) throw new Error(message());
  let count = 0;
  return {
    prepare(statement, values) {
      const name = cString(`arm${++count}`);
      const prepared = pq.PQprepare(connection, name, cString(statement), values.length, null);
      const isReady = pq.PQresultStatus(prepared) === COMMAND_OK;
      pq.PQclear(prepared);
      if (!isReady) throw new Error(message());
      return prepareWith(pq, connection, name, values);
    },
    message,
    close() {
      pq.PQfinish(connection);
      silence.close();
      library.close();
    },
  };
}
