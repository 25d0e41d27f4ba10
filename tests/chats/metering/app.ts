/**
 * An app's back end that calls the local models itself, and charges its users with `@farthing/ai`.
 */
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import {
  createMetering,
  creditsMiddleware,
  type CreditsOptions,
  fileJournal,
  type MeteringOptions,
  type Settlement,
} from "@farthing/ai";
import { createFarthingServer, type FarthingServer } from "@farthing/client/server";
import { createClient } from "@supabase/supabase-js";
import * as fs from "node:fs/promises";
import { promptOf } from "../../support/work/chat.ts";
import { type Person, signUpWith } from "../../support/project/people.ts";
import { until } from "../../support/project/until.ts";
import type { World } from "../../support/project/world.ts";

type Middleware = ReturnType<typeof creditsMiddleware>;
type Model = Parameters<NonNullable<Middleware["wrapStream"]>>[0]["model"];

interface Call {
  readonly model: Model;
  readonly prompt: string;
  readonly abortSignal: AbortSignal;
  readonly tools?: Readonly<Record<string, object>>;
  readonly stopWhen?: unknown;
  readonly onError?: (event: { error: unknown }) => void;
}

interface Sdk {
  wrapLanguageModel(options: { model: Model; middleware: Middleware }): Model;
  generateText(call: Call): Promise<{ readonly steps: readonly unknown[] }>;
  isStepCount(steps: number): unknown;
  jsonSchema(schema: object): unknown;
  streamText(call: Call): {
    readonly textStream: ReadableStream<string>;
    toUIMessageStreamResponse(): Response;
  };
}

/**
 * Deno's compiler fails on the types of the package `ai` 7. The package's name is in a variable, so
 * that the compiler does not load these types.
 */
const NAME: string = "ai";
const sdk: Sdk = await import(NAME);
const { wrapLanguageModel } = sdk;
export const { generateText, isStepCount, jsonSchema, streamText } = sdk;

type Stream = Awaited<
  ReturnType<NonNullable<Middleware["wrapStream"]>>
>["stream"];

export interface AppOptions {
  readonly credits?: string;
  readonly markers?: string;
  /** Whether the provider is asked to report the usage of streams. */
  readonly hasUsage?: boolean;
  readonly metering?: Partial<MeteringOptions>;
  readonly middleware?: Partial<CreditsOptions>;
}

/** A process of the app, in which one user calls a model. */
export class App {
  readonly stop = new AbortController();
  readonly settlements: Settlement[] = [];
  readonly #works: Promise<unknown>[] = [];
  /**
   * Requests to a path that ends in one of `down` do not reach Farthing. Requests to a path that
   * ends in one of `lost` reach Farthing, but their responses are lost.
   */
  down: string[] = [];
  lost: string[] = [];

  private constructor(
    readonly world: World,
    readonly person: Person,
    readonly folder: string,
    readonly name: string,
    readonly content: string,
    readonly options: AppOptions,
  ) {}

  static async start(world: World, options: AppOptions): Promise<App> {
    const person = await signUpWith(world, options.credits ?? "1000");
    const folder = await Deno.makeTempDir({ prefix: "farthing-journal-" });
    const { name, content } = promptOf(options.markers ?? "");
    return new App(world, person, folder, name, content, options);
  }

  readonly #fetch: typeof fetch = async (input, init) => {
    const request = new Request(input, init);
    const isOf = (end: string) => new URL(request.url).pathname.endsWith(end);
    if (this.down.some(isOf)) throw new TypeError("unreachable");
    const response = await fetch(request);
    if (!this.lost.some(isOf)) return response;
    await response.body?.cancel();
    throw new TypeError("connection reset");
  };

  /** Returns a client that ignores `down` and `lost`, so that it always reaches Farthing. */
  backEnd(): FarthingServer {
    const { url, secretKey } = this.world;
    return createFarthingServer({ url, secretKey });
  }

  /** Makes a new metering, as an app does at each start. */
  metering() {
    const { url, secretKey } = this.world;
    return createMetering({
      farthing: createFarthingServer({ url, secretKey, fetch: this.#fetch }),
      journal: fileJournal(this.folder, fs),
      onSettlement: (settlement) => this.settlements.push(settlement),
      ...this.options.metering,
    });
  }

  #call() {
    const { aiUrl, aiKey } = this.world;
    const { hasUsage: includeUsage = true } = this.options;
    const provider = { name: "local", baseURL: `${aiUrl}/v1`, apiKey: aiKey, includeUsage };
    const model = createOpenAICompatible(provider)("gpt-4o");
    const prompt = [{
      role: "user" as const,
      content: [{ type: "text" as const, text: this.content }],
    }];
    const params = { prompt, abortSignal: this.stop.signal };
    const middleware = creditsMiddleware(this.metering(), {
      ...{ userId: this.person.id, maxOutputTokens: 500 },
      waitUntil: (work) => this.#works.push(work),
      ...this.options.middleware,
    });
    const doGenerate = () => model.doGenerate(params);
    const doStream = () => model.doStream(params);
    return { middleware, arguments: { doGenerate, doStream, params, model } };
  }

  /** The metered model and the prompt, for the AI SDK's own functions. */
  call() {
    const { middleware, arguments: { model } } = this.#call();
    const { content: prompt, stop: { signal: abortSignal } } = this;
    return { model: wrapLanguageModel({ model, middleware }), prompt, abortSignal };
  }

  async stream(): Promise<Stream> {
    const call = this.#call();
    return (await call.middleware.wrapStream!(call.arguments)).stream;
  }

  async generate() {
    const call = this.#call();
    return await call.middleware.wrapGenerate!(call.arguments);
  }

  /** Waits for the work that the middleware does after the response. */
  async rest(): Promise<void> {
    await Promise.all(this.#works);
  }

  /**
   * Does what the app does when it starts again as the only process. Returns the number of calls in
   * the journal that were settled at this start.
   */
  async restart(): Promise<number> {
    const { settled } = await this.metering().finishSettlements({ alone: true });
    return settled.length;
  }

  async #records() {
    return (await fileJournal(this.folder, fs).list()).records;
  }

  async journalled(): Promise<number> {
    return (await this.#records()).length;
  }

  /** Reads the call from the journal, and waits until the call's hold has expired. */
  async holdExpires(): Promise<void> {
    const [record] = await this.#records();
    await until("the hold has expired", async () => {
      const { status } = await this.backEnd().holds.get(record!.holdId);
      return status === "released" || undefined;
    });
  }

  /** Deletes the user as an operator does. */
  async deleteUser(): Promise<void> {
    const { url, secretKey } = this.world;
    const auth = { persistSession: false, autoRefreshToken: false };
    const operator = createClient(url, secretKey, { auth });
    const { error } = await operator.auth.admin.deleteUser(this.person.id);
    if (error) throw error;
  }

  /**
   * Releases the hold of the call that is in the journal. The call then can't be settled any more.
   */
  async releaseHold(): Promise<void> {
    const [record] = await this.#records();
    await this.backEnd().holds.release(record!.holdId);
  }
}
