/** How a prompt says what the answer to it is to be like: by markers such as `[slow:2000]`. */

/** A refusal to send: a status, an exhausted quota (429 of another kind), or a reset connection. */
export interface Fault {
  what: number | "quota" | "reset";
  /** So many requests fail, and then no more; undefined: all. */
  times: number | undefined;
  /** Requests that share this name are counted together; else those of the same prompt. */
  name: string | undefined;
}

export interface Behaviour {
  fail?: Fault;
  retryAfterS?: number;
  /** Before the answer's head, and before each token of a stream but the first. */
  slowMs: number;
  paceMs: number;
  /** The answer's length; by default the prompt decides. */
  tokens?: number;
  /** The connection is reset, or an error event ends the stream, after so many tokens. */
  cutAfter?: number;
  breakAfter?: number;
  /** After so many tokens nothing more comes, until the client leaves. */
  hangAfter?: number;
  /** Of the prompt's tokens, those said to be cached. */
  cached: number;
  /** Tokens spent on thinking, before the answer and in its middle, and milliseconds for each of them. */
  reasoning: number;
  afterthought: number;
  thinkMs: number;
  /** Tokens of a tool's arguments, which the model writes in the answer's middle. */
  tool: number;
  /** How many questions JSON answers hold. */
  questions: number;
}

const NUMBER =
  "slow|pace|tokens|cut|break|hang|cached|reasoning|afterthought|think|tool|plan|retry";

const MARKER = new RegExp(
  `\\[(?:fail:([45]\\d\\d|quota|reset)(?:x(\\d{1,4}))?(?::([\\w-]{1,64}))?|(${NUMBER}):(\\d{1,6}))\\]`,
  "g",
);

/** What its markers make of a prompt; the last of a kind counts. */
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

/** The text without its markers: answers quote the prompt, and must not pass them on. */
export function withoutMarkers(text: string): string {
  return text.replaceAll(MARKER, "").replaceAll(/ {2,}/g, " ").trim();
}

/** Counts the requests that were made to fail. */
export class FaultCounter {
  readonly #failed = new Map<string, number>();

  /** Whether this request is one of those that the fault is for. */
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
