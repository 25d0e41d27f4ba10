/** The routes of OpenAI's API, and the `/_control` routes for tests. */
import { z } from "zod";
import { Completer, refuse } from "./chat-completion.ts";
import { AiError, unknownModel, wrongKey } from "./errors.ts";
import type { Exchange } from "./http-exchange.ts";
import { createJournal, type Entry, type Journal } from "./request-log.ts";
import { MODELS } from "./models.ts";
import { readAsk } from "./chat-request.ts";

type Handler = (exchange: Exchange, state: State) => void | Promise<void>;

export interface RoutesOptions {
  apiKey: string;
  now: () => Date;
}

/** Markers that a test adds to the next `count` requests, whatever the prompts contain. */
interface Next {
  count: number;
  behaviour: string;
}

const NextBody = z.object({
  count: z.int().min(1).default(1),
  behaviour: z.string().regex(/^(\[[^\]]+\])+$/),
});

interface State {
  options: RoutesOptions;
  journal: Journal;
  completer: Completer;
  next: Next[];
}

/** Takes the next queued behaviour, which is added to the markers in the request's own text. */
function takeNext(next: Next[]): string {
  const [first] = next;
  if (!first) return "";
  if (--first.count === 0) next.shift();
  return first.behaviour;
}

async function completion(exchange: Exchange, state: State): Promise<void> {
  const { options, journal, completer, next } = state;
  const entry = journal.begin(options.now());
  void exchange.ended.then((how) => Object.assign(entry, { ended: true, aborted: how === "left" }));
  try {
    const body = await exchange.json();
    if (exchange.key !== options.apiKey) throw wrongKey(exchange.key);
    entry.model = z.object({ model: z.string() }).safeParse(body).data?.model ?? null;
    const ask = readAsk(body);
    const { messages, prompt, stream, maxTokens: max_tokens } = ask;
    Object.assign(entry, { messages, prompt, stream, max_tokens } satisfies Partial<Entry>);
    await completer.complete(ask, takeNext(next), exchange, entry);
  } catch (error) {
    refuse(error, exchange, entry);
  }
}

function model(id: string): Record<string, unknown> {
  return { id, object: "model", created: 1_715_367_049, owned_by: "system" };
}

function models({ key, url, send }: Exchange, { options }: State): void {
  if (key !== options.apiKey) throw wrongKey(key);
  const id = url.pathname.slice("/v1/models/".length);
  if (id === "") return send(200, { object: "list", data: Object.keys(MODELS).map(model) });
  if (!Object.hasOwn(MODELS, id)) throw unknownModel(id);
  send(200, model(id));
}

async function setNext(exchange: Exchange, { next }: State): Promise<void> {
  const parsed = NextBody.safeParse(await exchange.json());
  if (!parsed.success) {
    return exchange.send(422, { message: `expected {count?, behaviour: "[slow:1000]…"}` });
  }
  next.push(parsed.data);
  exchange.send(204);
}

function listRequests({ url, send }: Exchange, { journal }: State): void {
  const requests = journal.list(url.searchParams.get("contains") ?? "");
  const aborted = requests.filter((entry) => entry.aborted).length;
  send(200, { received: requests.length, aborted, requests });
}

const ROUTES: [method: string, path: RegExp, handler: Handler][] = [
  ["POST", /^\/v1\/chat\/completions$/, completion],
  ["GET", /^\/v1\/models(\/[^/]+)?$/, models],
  ["GET", /^\/_control\/requests$/, listRequests],
  ["DELETE", /^\/_control\/requests$/, ({ send }, { journal }) => {
    journal.clear();
    send(204);
  }],
  ["POST", /^\/_control\/next$/, setNext],
  ["DELETE", /^\/_control\/next$/, ({ send }, { next, completer }) => {
    next.length = 0;
    completer.forget();
    send(204);
  }],
];

/** Returns a function that answers each request and never rejects. */
export function createRoutes(options: RoutesOptions): (exchange: Exchange) => Promise<void> {
  const state: State = { options, journal: createJournal(), completer: new Completer(), next: [] };
  return async (exchange) => {
    const { method, url } = exchange;
    const found = ROUTES.find(([verb, path]) => verb === method && path.test(url.pathname));
    try {
      if (!found) throw new AiError(404, `Invalid URL (${method} ${url.pathname})`);
      await found[2](exchange, state);
    } catch (error) {
      refuse(error, exchange);
    }
  };
}
