/** Reads the markers in a prompt, such as `[slow:2000]`, that control the answer. */

/**
 * A fault that a marker asks for: an HTTP status, an exhausted quota (status 429 with a code of its
 * own), or a reset connection.
 */
export interface Fault {
  what: number | "quota" | "reset";
  /**
   * The number of requests that fail; after these, requests succeed. If undefined, every request
   * fails.
   */
  times: number | undefined;
  /**
   * The name of a counter of failed requests. All requests with the same `what` and the same name
   * share this counter. Without a name, each prompt has its own counter.
   */
  name: string | undefined;
}

export interface Behaviour {
  fail?: Fault;
  retryAfterS?: number;
  /**
   * Milliseconds to wait before the response headers (`slowMs`), and before each token of a stream
   * except the first (`paceMs`).
   */
  slowMs: number;
  paceMs: number;
  /** The length of the answer in tokens. If it is undefined, the prompt determines the length. */
  tokens?: number;
  /**
   * The number of sent tokens after which the connection is reset (cutAfter), or after which an
   * error event ends the stream (breakAfter).
   */
  cutAfter?: number;
  breakAfter?: number;
  /**
   * The number of sent tokens after which the answer hangs: the connection stays open until the
   * client disconnects.
   */
  hangAfter?: number;
  /** The number of prompt tokens that the usage reports as cached. */
  cached: number;
  /**
   * The number of reasoning tokens before the answer (`reasoning`) and in its middle
   * (`afterthought`). Each reasoning token takes `thinkMs` milliseconds.
   */
  reasoning: number;
  afterthought: number;
  thinkMs: number;
  /**
   * The number of tokens in the arguments of a tool call. The call is in the middle of the answer.
   */
  tool: number;
  /** The number of questions in a JSON answer. */
  questions: number;
}

const NUMBER =
  "slow|pace|tokens|cut|break|hang|cached|reasoning|afterthought|think|tool|plan|retry";

const MARKER = new RegExp(
  `\\[(?:fail:([45]\\d\\d|quota|reset)(?:x(\\d{1,4}))?(?::([\\w-]{1,64}))?|(${NUMBER}):(\\d{1,6}))\\]`,
  "g",
);

/** Reads the markers of a prompt. If a marker occurs more than once, the last one applies. */
export function readBehaviour(text: string): Behaviour {
  const numbers: Record<string, number> = {};
  let fail: Fault | undefined;
  for (const [, what, times, name, kind, number] of text.matchAll(MARKER)) {
    if (kind) numbers[kind] = Number(number);
    if (!what) continue;
    const fault = what === "quota" || what === "reset" ? what : Number(what);
    fail = { what: fault, times: times === undefined ? undefined : Number(times), name };
  }
  const { slow = 0, pace = 0, cached = 0, plan = 3 } = numbers;
  const { reasoning = 0, afterthought = 0, think = 0, tool = 0 } = numbers;
  const { tokens, cut, break: broken, hang, retry } = numbers;
  return {
    ...(fail && { fail }),
    ...(retry !== undefined && { retryAfterS: retry }),
    ...(tokens !== undefined && { tokens }),
    ...(cut !== undefined && { cutAfter: cut }),
    ...(broken !== undefined && { breakAfter: broken }),
    ...(hang !== undefined && { hangAfter: hang }),
    slowMs: slow,
    paceMs: pace,
    cached,
    reasoning,
    afterthought,
    thinkMs: think,
    tool,
    questions: plan,
  };
}

/**
 * Returns the text without its markers. An answer quotes the prompt. If it quoted the markers too,
 * they would control the answer to a later prompt that contains the first answer.
 */
export function withoutMarkers(text: string): string {
  return text.replaceAll(MARKER, "").replaceAll(/ {2,}/g, " ").trim();
}

/** Counts the requests that failed because of a marker. */
export class FaultCounter {
  readonly #failed = new Map<string, number>();

  /** Returns whether this request must fail. If so, counts it as failed. */
  takes({ what, times, name }: Fault, prompt: string): boolean {
    if (times === undefined) return true;
    const key = name === undefined ? `prompt ${what} ${prompt}` : `name ${what} ${name}`;
    const failed = this.#failed.get(key) ?? 0;
    if (failed >= times) return false;
    this.#failed.set(key, failed + 1);
    return true;
  }

  clear(): void {
    this.#failed.clear();
  }
}
