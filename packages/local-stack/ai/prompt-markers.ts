/** Reads the markers in a prompt, such as `[slow:2000]`, that control the answer. */

/**
 * A fault to answer with: a status, an exhausted quota (a 429 with its own code), or a reset
 * connection.
 */
export interface Fault {
  what: number | "quota" | "reset";
  /** The number of requests that fail before requests succeed again; undefined means all fail. */
  times: number | undefined;
  /**
   * Requests with the same name are counted together; without a name, requests with the same prompt
   * are.
   */
  name: string | undefined;
}

export interface Behaviour {
  fail?: Fault;
  retryAfterS?: number;
  /** Milliseconds before the answer's head, and before each token of a stream except the first. */
  slowMs: number;
  paceMs: number;
  /** The answer's length in tokens; by default the prompt decides. */
  tokens?: number;
  /**
   * The number of tokens after which the connection is reset, or an error event ends the stream.
   */
  cutAfter?: number;
  breakAfter?: number;
  /** The number of tokens after which the answer stops, until the client disconnects. */
  hangAfter?: number;
  /** The number of the prompt's tokens that the usage reports as cached. */
  cached: number;
  /**
   * The number of reasoning tokens before the answer and in its middle, and milliseconds for each.
   */
  reasoning: number;
  afterthought: number;
  thinkMs: number;
  /** The number of tokens in a tool call's arguments, which come in the answer's middle. */
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

/** Reads the markers of a prompt; the last marker of a kind counts. */
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

/** Returns the text without its markers. Answers quote the prompt, and must not pass markers on. */
export function withoutMarkers(text: string): string {
  return text.replaceAll(MARKER, "").replaceAll(/ {2,}/g, " ").trim();
}

/** Counts the requests that were made to fail. */
export class FaultCounter {
  readonly #failed = new Map<string, number>();

  /** Returns whether this request must fail, and counts it. */
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
