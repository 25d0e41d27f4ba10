import { invalidRequest, notEmulated, StripeApiError, unrecognizedUrl } from "../core/errors.ts";
import { randomText } from "../core/ids.ts";
import { API_VERSION } from "../core/settings.ts";
import type { Engine } from "../engine/engine.ts";
import { authenticate } from "../http/api-keys.ts";
import { expandAll, type Expanders } from "../http/expand.ts";
import { after, before } from "../http/faults.ts";
import { readForm } from "../http/form-encoding.ts";
import { fingerprint, keyInUse, recall, remember } from "../http/idempotency.ts";
import { requireRight } from "../http/restricted-keys.ts";
import type { Parsed, Route } from "../http/route.ts";
import { requireAccount } from "../resources/accounts.ts";
import { accountVersion } from "../resources/api-versions.ts";

/**
 * The HTTP status of a card error. The call made a payment attempt, so its changes are stored
 * although the call failed.
 */
const PAYMENT_FAILED = 402;

interface Answer {
  status: number;
  body: string;
  headers?: Record<string, string>;
}

/** An API request while the emulator handles it. */
interface Exchange {
  /** The connected account in the header `Stripe-Account`. */
  account: string | null;
  requestId: string;
  method: string;
  path: string;
  key: string | null;
}

/**
 * Answers API requests: checks the API key and the API version, replays stored answers, and runs
 * the route.
 */
export class Api {
  readonly #engine: Engine;
  readonly #expanders: Expanders;
  /** The idempotency keys of requests that are in progress. */
  readonly #inFlight = new Set<string>();

  constructor(engine: Engine, expanders: Expanders) {
    this.#engine = engine;
    this.#expanders = expanders;
  }

  /**
   * Answers one request.
   * @param found the route; undefined if the API has no such URL
   * @param ids the parameters in the URL's path
   */
  async answer(
    request: Request,
    found: Route | undefined,
    ids: Record<string, string>,
  ): Promise<Response> {
    const exchange: Exchange = {
      account: request.headers.get("stripe-account"),
      requestId: `req_${randomText(14)}`,
      method: request.method,
      path: new URL(request.url).pathname,
      key: request.method === "POST" ? request.headers.get("idempotency-key") : null,
    };
    let answer: Answer;
    try {
      this.#admit(request);
      if (!found) throw unrecognizedUrl(exchange.method, exchange.path);
      answer = await this.#perform(request, exchange, found, ids);
    } catch (error) {
      answer = this.#refuse(error, exchange.requestId);
    }
    return respond(answer, exchange);
  }

  #admit(request: Request): void {
    const { settings } = this.#engine.scope();
    const { apiKey, restrictedKeys } = settings;
    const keys = [apiKey, ...Object.keys(restrictedKeys)];
    const key = authenticate(request.headers.get("authorization"), keys);
    const rights = restrictedKeys[key];
    if (rights !== undefined) requireRight(key, rights, request);
    const version = request.headers.get("stripe-version") ?? accountVersion(this.#engine.scope());
    if (version !== API_VERSION) {
      throw invalidRequest(
        `The emulator supports only API version ${API_VERSION}, not ${version}.`,
      );
    }
    const account = request.headers.get("stripe-account");
    if (account === null) return;
    requireAccount(this.#engine.scope(), account);
    if (new URL(request.url).pathname.startsWith("/v1/events")) return;
    throw notEmulated("calls on behalf of a connected account, other than reading its events");
  }

  async #perform(
    request: Request,
    exchange: Exchange,
    found: Route,
    ids: Record<string, string>,
  ): Promise<Answer> {
    const { method, path, key } = exchange;
    const form = await readForm(request);
    if (key === null) {
      const fault = this.#engine.faults.take(method, path);
      await before(fault);
      const answer = this.#run(exchange, found.parse(form.params), ids);
      this.#engine.store.flush();
      await after(fault);
      return answer;
    }
    if (this.#inFlight.has(key)) throw keyInUse(key);
    const print = fingerprint(method, path, form.text);
    const earlier = recall(this.#engine.scope(), key, print);
    if (earlier) return replay(earlier);
    const fault = this.#engine.faults.take(method, path);
    this.#inFlight.add(key);
    try {
      await before(fault);
      // A request with invalid parameters is refused before it runs, so its idempotency key can be
      // used again.
      const parsed = found.parse(form.params);
      const answer = this.#run(exchange, parsed, ids);
      const stored = { ...answer, fingerprint: print, request_id: exchange.requestId };
      remember(this.#engine.scope(), key, stored);
      // The call's effect and its idempotency key are written together. If they were written
      // separately and the process were killed in between, a retry would repeat the effect.
      this.#engine.store.flush();
      await after(fault);
      return answer;
    } finally {
      this.#inFlight.delete(key);
    }
  }

  /** Runs a call. If the call fails, its changes are undone, except those of a failed payment. */
  #run({ account, requestId, key }: Exchange, parsed: Parsed, ids: Record<string, string>): Answer {
    const { store, tick, scope: open } = this.#engine;
    tick();
    const scope = open({ id: requestId, idempotency_key: key }, account);
    try {
      const result = structuredClone(parsed.run(scope, ids));
      expandAll(scope, result, parsed.expand, this.#expanders);
      return { status: 200, body: JSON.stringify(result, null, 2) };
    } catch (error) {
      const answer = this.#refuse(error, requestId);
      if (answer.status !== PAYMENT_FAILED) store.rollback();
      return answer;
    }
  }

  #refuse(error: unknown, requestId: string): Answer {
    const known = error instanceof StripeApiError ? error : new StripeApiError(
      500,
      `The emulator failed: ${error instanceof Error ? error.message : "unknown"}`,
      { type: "api_error" },
    );
    const { mode } = this.#engine.scope().settings;
    return { status: known.status, body: JSON.stringify(known.body(requestId, mode), null, 2) };
  }
}

function replay(earlier: { status: number; body: string; request_id: string }): Answer {
  const { status, body, request_id } = earlier;
  const headers = { "idempotent-replayed": "true", "original-request": request_id };
  return { status, body, headers };
}

function respond({ status, body, headers }: Answer, exchange: Exchange): Response {
  return new Response(body, {
    status,
    headers: {
      "content-type": "application/json",
      "request-id": exchange.requestId,
      "stripe-version": API_VERSION,
      ...(exchange.key !== null && { "idempotency-key": exchange.key }),
      ...(exchange.key !== null && { "original-request": exchange.requestId }),
      ...headers,
    },
  });
}
