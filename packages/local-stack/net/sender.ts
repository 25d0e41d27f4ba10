/**
 * Sends the requests that `net.http_get` and the similar functions queue, and stores the answers as
 * pg_net does.
 */
import type postgres from "postgres";

interface Queued {
  id: string;
  method: string;
  url: string;
  headers: Record<string, string> | null;
  body: Uint8Array<ArrayBuffer> | null;
  timeout_milliseconds: number;
}

export interface Sender {
  /** Sends queued requests as soon as the concurrency limit allows. */
  wake(): void;
  /** Resolves when no request is queued or in flight. */
  idle(): Promise<void>;
  /**
   * Aborts the requests in flight, stores the abort as their result, and takes no more requests
   * from the queue.
   */
  stop(): Promise<void>;
}

/** The maximum number of requests in flight. pg_net has a similar limit: the size of one batch. */
const IN_FLIGHT = 50;

const NOTHING = { status_code: null, content_type: null, headers: null, content: null };

async function answer(request: Queued, stopping: AbortSignal): Promise<Record<string, unknown>> {
  const timeout = AbortSignal.timeout(request.timeout_milliseconds);
  try {
    const response = await fetch(request.url, {
      method: request.method,
      headers: request.headers ?? {},
      body: request.body,
      redirect: "manual",
      signal: AbortSignal.any([timeout, stopping]),
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
    const text = `Timeout of ${request.timeout_milliseconds} ms reached`;
    const error_msg = timeout.aborted ? text : (error as Error).message;
    return { ...NOTHING, timed_out: timeout.aborted, error_msg };
  }
}

/**
 * Takes requests from the queue. Like pg_net, the sender deletes a request before sending it, so it
 * sends each request at most once.
 */
async function take(sql: postgres.Sql, limit: number): Promise<Queued[]> {
  const [there] = await sql`select to_regclass('net.http_request_queue') is not null as there`;
  if (!there?.there) return [];
  return await sql<Queued[]>`
    delete from net.http_request_queue
     where id in (select id from net.http_request_queue order by id limit ${limit}
                  for update skip locked)
    returning id::text, method, url, headers, body, timeout_milliseconds`;
}

/**
 * Makes a sender that has at most `limit` requests in flight. A request that takes minutes, such as
 * a call of the job runner, does not delay others, but counts towards the limit. After losing its
 * database connection, the sender continues at the next `wake`.
 */
export function createSender(sql: postgres.Sql, limit = IN_FLIGHT): Sender {
  const stopping = new AbortController();
  const inFlight = new Set<Promise<void>>();
  let woken = false;
  let taking: Promise<void> | undefined;

  async function send(request: Queued): Promise<void> {
    const response = await answer(request, stopping.signal);
    await sql`insert into net._http_response ${sql({ id: request.id, ...response })}`;
  }

  function begin(request: Queued): void {
    const sending = send(request).catch(() => {}).finally(() => {
      inFlight.delete(sending);
      wake(); // there are fewer requests in flight, so another one may be sent
    });
    inFlight.add(sending);
  }

  const isDue = () => woken && inFlight.size < limit && !stopping.signal.aborted;

  async function takeAll(): Promise<void> {
    while (isDue()) {
      woken = false;
      const room = limit - inFlight.size;
      const taken = await take(sql, room);
      woken ||= taken.length === room;
      taken.forEach(begin);
    }
  }

  function wake(): void {
    woken = true;
    taking ??= takeAll().catch(() => {}).finally(() => {
      taking = undefined;
      if (isDue()) wake(); // wake() was called after the last check of the queue
    });
  }

  async function idle(): Promise<void> {
    while (taking || inFlight.size > 0) await Promise.race([taking, ...inFlight].filter(Boolean));
  }

  return {
    wake,
    idle,
    async stop() {
      stopping.abort(new Error("the sender was stopped"));
      await idle();
    },
  };
}
