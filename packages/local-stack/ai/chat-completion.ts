/**
 * Sends a chat completion as JSON or as a stream, with the faults that the prompt's markers ask
 * for.
 */
import { type Answer, answerTo, type Token } from "./made-up-answer.ts";
import { type Behaviour, FaultCounter, readBehaviour } from "./prompt-markers.ts";
import { AiError, invalid, outage } from "./errors.ts";
import type { Exchange } from "./http-exchange.ts";
import type { Entry, Usage } from "./request-log.ts";
import { CONTEXT_TOKENS, snapshotOf } from "./models.ts";
import type { Ask } from "./chat-request.ts";
import { countMessages } from "./count-tokens.ts";

/** One request with everything that its answer needs. */
interface Job {
  ask: Ask;
  behaviour: Behaviour;
  answer: Answer;
  promptTokens: number;
  exchange: Exchange;
  entry: Entry;
}

function wait(ms: number, gone: AbortSignal): Promise<void> {
  if (ms === 0 || gone.aborted) return Promise.resolve();
  return new Promise((done) => {
    const end = () => {
      clearTimeout(timer);
      gone.removeEventListener("abort", end);
      done();
    };
    const timer = setTimeout(end, ms);
    gone.addEventListener("abort", end);
  });
}

/** Returns the usage of the prompt plus the given tokens. */
function usageOf({ promptTokens, behaviour }: Job, tokens: readonly Token[]): Usage {
  return {
    prompt_tokens: promptTokens,
    completion_tokens: tokens.length,
    total_tokens: promptTokens + tokens.length,
    prompt_tokens_details: {
      cached_tokens: Math.min(behaviour.cached, promptTokens),
      audio_tokens: 0,
    },
    completion_tokens_details: {
      reasoning_tokens: tokens.filter(({ kind }) => kind === "thought").length,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  };
}

function envelope({ ask, entry }: Job, object: string): Record<string, unknown> {
  return {
    id: `chatcmpl-${entry.id}`,
    object,
    created: Math.floor(Date.parse(entry.received_at) / 1000),
    model: snapshotOf(ask.model),
    service_tier: "default",
    system_fingerprint: "fp_local",
  };
}

const event = (data: unknown) => `data: ${JSON.stringify(data)}\n\n`;

function bill({ billed }: Entry, { kind }: Token): void {
  if (billed === null) return;
  billed.completion_tokens++;
  billed.total_tokens++;
  if (kind === "thought") billed.completion_tokens_details.reasoning_tokens++;
}

/**
 * Returns the `delta` of the stream chunk that sends this token. A reasoning token has no `delta`,
 * because it is not sent.
 */
function deltaOf({ kind, text }: Token) {
  if (kind === "text") return { content: text };
  return { tool_calls: [{ index: 0, function: { arguments: text } }] };
}

/**
 * Sends and bills the answer's tokens one by one. Returns false if the client disconnected or a
 * marker ended the answer early.
 */
async function sendTokens(job: Job, chunk: (delta: unknown) => unknown): Promise<boolean> {
  const { answer, behaviour, exchange, entry } = job;
  for (const token of answer.tokens) {
    const isThought = token.kind === "thought";
    if (isThought || entry.tokens_sent > 0) {
      await wait(isThought ? behaviour.thinkMs : behaviour.paceMs, exchange.gone);
    }
    if (exchange.gone.aborted) return false;
    if (entry.tokens_sent === behaviour.cutAfter) {
      exchange.reset();
      return false;
    }
    if (entry.tokens_sent === behaviour.breakAfter) {
      exchange.end(event(outage(500, undefined).body()));
      return false;
    }
    if (entry.tokens_sent === behaviour.hangAfter) {
      await exchange.ended;
      return false;
    }
    bill(entry, token);
    if (isThought) continue;
    await exchange.write(event(chunk(deltaOf(token))));
    entry.tokens_sent++;
  }
  return true;
}

async function stream(job: Job): Promise<void> {
  const { ask, answer, exchange, entry } = job;
  const frame = envelope(job, "chat.completion.chunk");
  const absent = ask.includeUsage ? { usage: null } : {};
  const chunk = (delta: unknown, finish_reason: string | null = null) => ({
    ...frame,
    choices: [{ index: 0, delta, logprobs: null, finish_reason }],
    ...absent,
  });
  exchange.head(200, { "content-type": "text/event-stream; charset=utf-8" });
  const content = answer.tool === undefined ? "" : null;
  await exchange.write(event(chunk({ role: "assistant", content, refusal: null })));
  if (answer.tool !== undefined) {
    const call = { index: 0, ...callOf(job, answer.tool, "") };
    await exchange.write(event(chunk({ tool_calls: [call] })));
  }
  if (!await sendTokens(job, chunk)) return;
  await exchange.write(event(chunk({}, answer.finishReason)));
  if (ask.includeUsage) {
    await exchange.write(event({ ...frame, choices: [], usage: entry.usage }));
  }
  exchange.end("data: [DONE]\n\n");
}

function callOf({ entry }: Job, name: string, given: string) {
  return { id: `call_${entry.id}`, type: "function", function: { name, arguments: given } };
}

async function sendWhole(job: Job): Promise<void> {
  const { answer, behaviour, exchange, entry } = job;
  const textOf = (wanted: Token["kind"]) =>
    answer.tokens.filter(({ kind }) => kind === wanted).map(({ text }) => text).join("");
  const { tool } = answer;
  const message = {
    role: "assistant",
    content: tool === undefined ? textOf("text") : null,
    refusal: null,
    annotations: [],
    ...(tool !== undefined && { tool_calls: [callOf(job, tool, textOf("tool"))] }),
  };
  const { finishReason: finish_reason } = answer;
  const body = {
    ...envelope(job, "chat.completion"),
    choices: [{ index: 0, message, logprobs: null, finish_reason }],
    usage: entry.usage,
  };
  if (behaviour.cutAfter !== undefined) {
    exchange.head(200, { "content-type": "application/json" });
    const text = JSON.stringify(body);
    await exchange.write(text.slice(0, text.length / 2));
    return exchange.reset();
  }
  exchange.send(200, body, { "x-request-id": entry.id });
  entry.tokens_sent = answer.tokens.length;
}

/** Answers chat completion requests, and counts the requests that failed because of a marker. */
export class Completer {
  readonly #faults = new FaultCounter();

  forget(): void {
    this.#faults.clear();
  }

  /**
   * Answers a request, and writes the result into the request's entry in the log.
   * @param more markers to add to those of the prompt
   * @throws AiError when the request is refused
   */
  async complete(ask: Ask, more: string, exchange: Exchange, entry: Entry): Promise<void> {
    const behaviour = readBehaviour(ask.prompt + more);
    const { fail, retryAfterS, slowMs } = behaviour;
    const failing = fail && this.#faults.takes(fail, ask.prompt);
    await wait(slowMs, exchange.gone);
    if (exchange.gone.aborted) return;
    if (failing) {
      if (fail.what === "reset") return exchange.reset();
      throw outage(fail.what, retryAfterS);
    }
    const promptTokens = await countMessages(ask.messages, ask.model, ask.tools);
    requireContextFits(promptTokens);
    const answer = await answerTo(ask, behaviour);
    const job = { ask, behaviour, answer, promptTokens, exchange, entry };
    entry.status = 200;
    entry.usage = usageOf(job, answer.tokens);
    entry.billed = ask.stream ? usageOf(job, []) : entry.usage;
    entry.finish_reason = answer.finishReason;
    await (ask.stream ? stream(job) : sendWhole(job));
  }
}

/** @throws AiError 400 context_length_exceeded */
function requireContextFits(promptTokens: number): void {
  if (promptTokens <= CONTEXT_TOKENS) return;
  const message = `This model's maximum context length is ${CONTEXT_TOKENS} tokens. ` +
    `However, your messages resulted in ${promptTokens} tokens.`;
  throw invalid(message, "messages", "context_length_exceeded");
}

/**
 * Sends an error response. Resets the connection instead if the answer has begun or the client has
 * disconnected.
 */
export function refuse(error: unknown, exchange: Exchange, entry?: Entry): void {
  const known = error instanceof AiError ? error : new AiError(500, `${error}`, {
    type: "server_error",
  });
  if (exchange.gone.aborted || entry?.status === 200) return exchange.reset();
  if (entry) {
    entry.status = known.status;
    entry.error_code = known.fields.code ?? known.fields.type ?? null;
  }
  const id: Record<string, string> = entry ? { "x-request-id": entry.id } : {};
  exchange.send(known.status, known.body(), { ...known.headers, ...id });
}
