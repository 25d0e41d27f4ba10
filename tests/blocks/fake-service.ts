/**
 * Responds to the page's requests in place of the service: over real HTTP, as the contract defines.
 */

/**
 * A response of the service. With `never`, the service does not respond, and waits until the page
 * aborts the request.
 */
export type Answer =
  | { readonly data: unknown; readonly nextCursor?: string }
  | { readonly status: number; readonly code: string; readonly details?: object }
  /**
   * Server-sent events. A stream that is `open` does not end before the page aborts the request.
   */
  | { readonly events: readonly (readonly [string, object])[]; readonly open?: boolean }
  | { readonly csv: string }
  | "never";

/**
 * The responses by method and path, such as `GET credits`. The responses of a list are sent in
 * order, and the last one is repeated.
 */
export type Answers = Readonly<Record<string, Answer | readonly Answer[]>>;

/** A request that the page has sent, such as `POST checkout`, with its body. */
export interface Sent {
  readonly call: string;
  readonly body: unknown;
}

const metadata = { requestId: "req-8f2c41", traceId: "trace-1", timestamp: "2026-11-24T09:00:00Z" };
const MESSAGES: Readonly<Record<string, string>> = {
  forbidden: "This credential does not allow the request.",
  insufficient_credits: "Not enough credits are available.",
  unknown_model: "This model has no rate. Send a model from GET /usage/rates.",
  package_not_found: "This package is not on sale.",
  validation_error: "The target must be above the threshold.",
};

const eventText = ([name, data]: readonly [string, object]) =>
  `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;

/** Resolves when the page aborts the request. */
const givenUp = ({ signal }: Request) =>
  new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });

function streamed(text: string, isOpen: boolean): Response {
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(new TextEncoder().encode(text));
      if (!isOpen) controller.close();
    },
  });
  const headers = { "content-type": "text/event-stream", "farthing-hold": "hold-1" };
  return new Response(body, { headers });
}

async function responseOf(answer: Answer, request: Request): Promise<Response> {
  if (answer === "never") {
    await givenUp(request);
    return new Response(null, { status: 504 });
  }
  if ("csv" in answer) {
    return new Response(answer.csv, { headers: { "content-type": "text/csv" } });
  }
  if ("events" in answer) {
    return streamed(answer.events.map(eventText).join(""), answer.open === true);
  }
  if ("code" in answer) {
    const { status, code, details } = answer;
    const message = MESSAGES[code] ?? code;
    const error = { type: "request", code, message, retryable: false, details };
    return Response.json({ error, metadata }, { status });
  }
  const { data, nextCursor = null } = answer;
  return Response.json({ success: true, data, metadata: { ...metadata, nextCursor } });
}

/** Serves one browser page at a time. A request that `answers` does not contain gets a 404. */
export class FakeService {
  readonly sent: Sent[] = [];
  readonly #counts = new Map<string, number>();
  #answers: Answers = {};

  /** Forgets the requests of the previous page, and sets the responses for a new page. */
  begin(answers: Answers): void {
    this.sent.length = 0;
    this.#counts.clear();
    this.#answers = answers;
  }

  async respond(request: Request): Promise<Response> {
    const path = new URL(request.url).pathname.replace("/functions/v1/", "");
    const call = `${request.method} ${path}`;
    const text = await request.text();
    this.sent.push({ call, body: text === "" ? null : JSON.parse(text) });
    const answers = [this.#answers[call] ?? { status: 404, code: "not_found" }].flat();
    const count = this.#counts.get(call) ?? 0;
    this.#counts.set(call, count + 1);
    return await responseOf(answers[Math.min(count, answers.length - 1)]!, request);
  }
}
