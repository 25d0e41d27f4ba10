/** Sends what `net.http_get` and its kin have queued, and keeps the answers as pg_net does. */
import type postgres from "postgres";

interface Queued {
  id: string;
  method: string;
  url: string;
  headers: Record<string, string> | null;
  body: Uint8Array<ArrayBuffer> | null;
  timeout_milliseconds: number;
}

/** At most so many requests at once, as pg_net's batches are bounded. */
const BATCH = 50;

async function answer(request: Queued): Promise<Record<string, unknown>> {
  try {
    const response = await fetch(request.url, {
      method: request.method,
      headers: request.headers ?? {},
      body: request.body,
      redirect: "manual",
      signal: AbortSignal.timeout(request.timeout_milliseconds),
    });
    return {
      status_code: response.status,
      content_type: response.headers.get("content-type"),
      headers: JSON.stringify(Object.fromEntries(response.headers)),
      content: await response.text(),
      timed_out: false,
      error_msg: null,
    };
  } catch (error) {
    const timedOut = (error as Error).name === "TimeoutError";
    const text = `Timeout of ${request.timeout_milliseconds} ms reached`;
    return {
      status_code: null,
      content_type: null,
      headers: null,
      content: null,
      timed_out: timedOut,
      error_msg: timedOut ? text : (error as Error).message,
    };
  }
}

async function send(sql: postgres.Sql, request: Queued): Promise<void> {
  const response = await answer(request);
  await sql`insert into net._http_response ${sql({ id: request.id, ...response })}`;
}

/** Sends everything queued now; like pg_net, each request once, answered or not. */
export async function sendQueued(sql: postgres.Sql): Promise<number> {
  const [there] = await sql`select to_regclass('net.http_request_queue') is not null as there`;
  if (!there?.there) return 0;
  let sent = 0;
  while (true) {
    const batch = await sql<Queued[]>`
      delete from net.http_request_queue
       where id in (select id from net.http_request_queue order by id limit ${BATCH}
                    for update skip locked)
      returning id::text, method, url, headers, body, timeout_milliseconds`;
    await Promise.all(batch.map((request) => send(sql, request)));
    sent += batch.length;
    if (batch.length < BATCH) return sent;
  }
}
