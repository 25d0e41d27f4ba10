/** A metered model whose answer a test controls part by part. */
import type { LanguageModelV4Middleware, LanguageModelV4StreamPart } from "@ai-sdk/provider";
import { MockLanguageModelV4 } from "ai/test";
import * as fs from "node:fs/promises";
import type { GenerateResult, Params, StreamResult, Usage } from "../ai-sdk/types.ts";
import { middlewareWith } from "../ai-sdk/middleware.ts";
import type { CreditsOptions } from "../ai-sdk/credits-options.ts";
import { fileJournal } from "../core/file-journal.ts";
import type { Journal } from "../core/journal.ts";
import type { Finished } from "../core/finish-settlements.ts";
import { createMetering, type MeteringOptions } from "../core/metering.ts";
import { FakeFarthing } from "./fake-farthing.ts";
import { wrapLanguageModel } from "./ai-sdk.ts";

type Part = LanguageModelV4StreamPart;

/**
 * The prompt counts as 10 tokens: 2 for its text, and 8 for its message. The answer is limited to
 * 100 tokens, so 110 credits are held.
 */
const PROMPT: Params["prompt"] = [{ role: "user", content: [{ type: "text", text: "Hello" }] }];
export const HELD = 110;

export function usageOf(input: number, output: number, reasoning?: number): Usage {
  return {
    inputTokens: { total: input, noCache: undefined, cacheRead: undefined, cacheWrite: undefined },
    outputTokens: { total: output, text: undefined, reasoning },
  };
}

export const NO_USAGE: Usage = {
  inputTokens: {
    total: undefined,
    noCache: undefined,
    cacheRead: undefined,
    cacheWrite: undefined,
  },
  outputTokens: { total: undefined, text: undefined, reasoning: undefined },
};

export const text = (delta: string): Part => ({ type: "text-delta", id: "1", delta });
export const finish = (usage: Usage, unified: "stop" | "length" | "error" = "stop"): Part => ({
  type: "finish",
  usage,
  finishReason: { unified, raw: unified },
});

export type SceneOptions = Partial<CreditsOptions> & Partial<MeteringOptions>;

export class Scene {
  readonly service: FakeFarthing;
  readonly settlements: string[] = [];
  readonly #options: SceneOptions;
  readonly #folder: string;
  #isFull = false;
  #works: Promise<unknown>[] = [];
  #timers: (() => void)[] = [];
  /** The controller with which a test writes the parts of the model's answer. */
  answer!: ReadableStreamDefaultController<Part>;
  #accept!: () => void;
  /** Resolves when the model has accepted the call. */
  readonly accepted = new Promise<void>((resolve) => this.#accept = resolve);
  /** The signal that the model received. */
  signal: AbortSignal | undefined;
  readonly model: MockLanguageModelV4;
  readonly wrapped: ReturnType<typeof wrapLanguageModel>;
  readonly metering: ReturnType<typeof createMetering>;
  readonly middleware: LanguageModelV4Middleware;

  constructor(folder: string, options: SceneOptions & { balance?: number } = {}) {
    this.#folder = folder;
    this.#options = options;
    this.service = new FakeFarthing(options.balance);
    this.metering = this.start();
    const timers = {
      after: (_: number, fire: () => void) => {
        this.#timers.push(fire);
        return () => void (this.#timers = this.#timers.filter((each) => each !== fire));
      },
    };
    const credits = {
      ...{ userId: "u1", maxOutputTokens: 100, ...options },
      waitUntil: (work: Promise<unknown>) => void this.#works.push(work),
    };
    this.middleware = middlewareWith(this.metering, credits, timers);
    this.model = new MockLanguageModelV4({ modelId: "gpt-4o", doStream: this.#doStream });
    this.wrapped = wrapLanguageModel({ model: this.model, middleware: this.middleware });
  }

  /** Starts a process of the app, with the same journal and service. */
  start() {
    const { mode, price, journal = this.#journal() } = this.#options;
    return createMetering({
      ...{ farthing: this.service.client(), journal, timeoutMs: 500 },
      ...{ ...mode && { mode }, ...price && { price } },
      onSettlement: (settlement, ...rest) => {
        this.settlements.push(settlement.status);
        this.#options.onSettlement?.(settlement, ...rest);
      },
    });
  }

  #journal(): Journal {
    const files = fileJournal(this.#folder, fs);
    const works = <T>(work: () => Promise<T>) =>
      this.#isFull ? Promise.reject(new Error("ENOSPC")) : work();
    return {
      write: (record) => works(() => files.write(record)),
      remove: (id) => works(() => files.remove(id)),
      list: () => works(() => files.list()),
    };
  }

  /** Makes the journal fail. Returns a function that repairs it. */
  journalFails(): () => void {
    this.#isFull = true;
    return () => void (this.#isFull = false);
  }

  readonly #doStream = async ({ abortSignal }: Params): Promise<StreamResult> => {
    this.signal = abortSignal;
    const stream = new ReadableStream<Part>({
      start: (controller) => void (this.answer = controller),
    });
    this.#accept();
    return await Promise.resolve({ stream });
  };

  /** Opens a stream, and returns its reader. */
  async stream(abortSignal?: AbortSignal, more: Partial<Params> = {}) {
    const { stream } = await this.wrapped.doStream({
      prompt: PROMPT,
      ...more,
      ...abortSignal && { abortSignal },
    });
    return stream.getReader();
  }

  async generate(abortSignal?: AbortSignal): Promise<GenerateResult> {
    return await this.wrapped.doGenerate({ prompt: PROMPT, ...abortSignal && { abortSignal } });
  }

  write(...parts: Part[]): void {
    for (const part of parts) this.answer.enqueue(part);
  }

  /** Fires the timers, as if the time limit for finishing an answer had passed. */
  passLimit(): void {
    for (const fire of this.#timers.splice(0)) fire();
  }

  /** Waits for the work that goes on after the response. */
  async rest(): Promise<void> {
    await Promise.all(this.#works);
  }

  /** Starts the app again, and calls `finishSettlements`, as every app does at its start. */
  finishAtNextStart(): Promise<Finished> {
    const now = new Date(this.service.now);
    return this.start().finishSettlements({ alone: true, now });
  }

  async journalled(): Promise<number> {
    const { records, unreadable } = await fileJournal(this.#folder, fs).list();
    return records.length + unreadable.length;
  }
}

/** Reads a stream to its end, and returns the types of its parts. */
export async function readAll(
  reader: ReadableStreamDefaultReader<Part>,
): Promise<string[]> {
  const types: string[] = [];
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return types;
    types.push(value.type);
  }
}
