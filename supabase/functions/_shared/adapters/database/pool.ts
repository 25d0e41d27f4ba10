/**
 * The pooled transport: a few PostgreSQL connections, used if DATABASE_POOL_URL is set. Each call
 * is one statement and one round trip. docs/decisions/database.md explains the choice of the
 * driver. The statements have no names, so a pooler in transaction mode may stand between this
 * process and the server.
 */
// @ts-types="@types/pg"
import pg from "pg";
import { timeLeftMs } from "../../core/deadline.ts";
import { traceHeaders } from "../../core/trace.ts";
import { CALL_TIMEOUT_MS, EXPOSED, type Transport } from "./database.ts";
import {
  CONNECTION_LOST,
  DatabaseFailure,
  isConnectionFailure,
  isTimeout,
  NOT_CONNECTED,
  TIMED_OUT,
  unpackRaised,
} from "./failures.ts";

interface PoolOptions {
  readonly url: string;
  readonly maxConnections?: number;
  readonly timeoutMs?: number;
}

// The maximum of one isolate. An isolate makes few calls at the same time, and all isolates share
// the database's connections.
const MAX_CONNECTIONS = 10;
const IDLE_TIMEOUT_MS = 30_000;

type Args = Readonly<Record<string, unknown>>;

const IDENTIFIER = /^[a-z][a-z0-9_]*$/;

/**
 * Makes `select farthing_public.f(p_a => $1, p_b => $2) as answer`. Within a request, the statement first
 * sets `request.headers`, as the data API does. A `case` expression sets the headers before it calls the
 * function, so one statement is enough.
 */
function statementText(name: string, names: readonly string[], isTraced: boolean): string {
  const unsafe = [name, ...names].find((part) => !IDENTIFIER.test(part));
  if (unsafe !== undefined) throw new TypeError(`Not an SQL name: ${unsafe}`);
  const list = names.map((arg, index) => `${arg} => $${index + 1}`).join(", ");
  const call = `${EXPOSED}.${name}(${list})`;
  if (!isTraced) return `select ${call} as answer`;
  const told = `set_config('request.headers', $${names.length + 1}, true) is not null`;
  return `select case when ${told} then ${call} end as answer`;
}

function toParameter(value: unknown): unknown {
  return typeof value === "object" && value !== null ? JSON.stringify(value) : value;
}

/** The driver accepts a timeout for each query, but its types lack this option. */
interface TimedQuery extends pg.QueryConfig {
  readonly query_timeout: number;
}

interface PgError {
  code?: string;
  message: string;
  severity?: string;
}

function failureOf(error: PgError): DatabaseFailure {
  const { code, message, severity } = error;
  // Only errors of the server have a severity; any other error comes from the client or the
  // network.
  if (severity !== undefined && code !== undefined) {
    return new DatabaseFailure(unpackRaised(code, message), error);
  }
  const isTimeout = /timeout/i.test(message);
  return new DatabaseFailure({
    code: isTimeout ? TIMED_OUT : CONNECTION_LOST,
    message: `${code ?? ""} ${message}`.trim(),
  }, error);
}

/**
 * Makes the error for a call whose statement was not sent. So the database cannot have done
 * anything.
 */
function notConnected(error: unknown): DatabaseFailure {
  const failure = failureOf(error as PgError);
  if (!isTimeout(failure) && !isConnectionFailure(failure)) return failure;
  return new DatabaseFailure({ code: NOT_CONNECTED, message: failure.message }, error);
}

/** Returns the remaining ms, at least 1, because the driver treats 0 as no timeout. */
function msUntil(endMs: number): number {
  return Math.max(1, endMs - performance.now());
}

/**
 * Takes a connection from the pool, and rejects if it gets none before `endMs`. A connection that
 * arrives after `endMs` is returned to the pool.
 */
async function acquire(pool: pg.Pool, endMs: number): Promise<pg.PoolClient> {
  const connecting = pool.connect();
  // If there is an idle connection for each waiting caller, this caller gets one at once and needs
  // no timer. While a connection is idle, connect() queues every caller, so `waitingCount` includes
  // this caller. If no connection is idle, the pool may open a new connection without queueing this
  // caller. `waitingCount` may then be 0, although this caller has to wait. So `idleCount` must
  // also be above 0.
  if (pool.idleCount > 0 && pool.idleCount >= pool.waitingCount) {
    return await connecting.catch((error: unknown) => Promise.reject(notConnected(error)));
  }
  const { promise: late, reject } = Promise.withResolvers<never>();
  const isLate = () => reject(new Error("timeout waiting for a connection"));
  const timer = setTimeout(isLate, msUntil(endMs));
  try {
    return await Promise.race([connecting, late]);
  } catch (error) {
    connecting.then((client) => client.release(), () => {});
    throw notConnected(error);
  } finally {
    clearTimeout(timer);
  }
}

export function createPoolTransport(options: PoolOptions): Transport {
  const timeoutMs = options.timeoutMs ?? CALL_TIMEOUT_MS;
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.maxConnections ?? MAX_CONNECTIONS,
    idleTimeoutMillis: IDLE_TIMEOUT_MS,
    // Neither statement_timeout nor lock_timeout is set here, because a pooler refuses startup
    // parameters that it does not know. The database functions set their own lock_timeout.
    connectionTimeoutMillis: timeoutMs,
  });
  // Without these listeners, a lost connection would end the process. The listeners are empty,
  // because the pool itself removes a lost idle connection, and a call on a lost connection
  // rejects.
  pool.on("error", () => {});
  pool.on("connect", (client) => client.on("error", () => {}));
  const texts = new Map<string, string>();

  function textOf(name: string, names: readonly string[], isTraced: boolean): string {
    const shape = `${isTraced} ${name}(${names.join()})`;
    const known = texts.get(shape);
    if (known !== undefined) return known;
    const made = statementText(name, names, isTraced);
    texts.set(shape, made);
    return made;
  }

  async function call(name: string, args: Args): Promise<unknown> {
    const names = Object.keys(args).filter((arg) => args[arg] !== undefined);
    const trace = traceHeaders();
    const text = textOf(name, names, trace !== undefined);
    const values = names.map((arg) => toParameter(args[arg]));
    if (trace !== undefined) values.push(JSON.stringify(trace));
    const endMs = performance.now() + timeLeftMs(timeoutMs);
    const client = await acquire(pool, endMs);
    try {
      const query: TimedQuery = { text, values, query_timeout: msUntil(endMs) };
      const { rows } = await client.query<{ answer: unknown }>(query);
      client.release();
      return rows[0]?.answer ?? null;
    } catch (error) {
      const failure = failureOf(error as PgError);
      // After an error of the statement the connection can be used again; after any other error the
      // connection is closed.
      const isBroken = (error as PgError).severity !== "ERROR";
      client.release(isBroken);
      throw failure;
    }
  }

  return { call, close: () => pool.end() };
}
