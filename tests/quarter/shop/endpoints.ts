/** Sends requests to the product's endpoints, as a user, an operator or the back end of the app. */
import { equal } from "node:assert/strict";
import { type Project, PUBLISHABLE_KEY, SECRET_KEY } from "../../support/functions/project.ts";
import type { Apps } from "./apps.ts";

/** The id of a user or an operator, the back end with its secret key, or null for an anonymous caller. */
export type Caller = { readonly user: string } | { readonly operator: string } | "back end" | null;

export interface Answer {
  readonly status: number;
  readonly text: string;
}

interface Sent {
  readonly body?: object | string;
  readonly headers?: Readonly<Record<string, string>>;
}

export class Endpoints {
  readonly #tokens = new Map<string, string>();

  constructor(private readonly apps: Apps, private readonly project: Project) {}

  async #tokenOf(id: string, isOperator: boolean): Promise<string> {
    const known = this.#tokens.get(id);
    if (known !== undefined) return known;
    const claims = { sub: id, ...(isOperator && { app_metadata: { role: "operator" } }) };
    const token = await this.project.sign({ claims });
    this.#tokens.set(id, token);
    return token;
  }

  async #headersOf(caller: Caller): Promise<Record<string, string>> {
    if (caller === null) return {};
    if (caller === "back end") return { apikey: SECRET_KEY };
    const token = "user" in caller
      ? await this.#tokenOf(caller.user, false)
      : await this.#tokenOf(caller.operator, true);
    return { apikey: PUBLISHABLE_KEY, authorization: `Bearer ${token}` };
  }

  async send(method: string, path: string, caller: Caller, sent: Sent = {}): Promise<Answer> {
    const { body } = sent;
    const headers = {
      ...await this.#headersOf(caller),
      ...(body !== undefined && { "content-type": "application/json" }),
      ...sent.headers,
    };
    const init: RequestInit = { method, headers };
    if (body !== undefined) init.body = typeof body === "string" ? body : JSON.stringify(body);
    const answer = await this.apps.get(path.split(/[/?]/)[1]!)!.request(path, init);
    return { status: answer.status, text: await answer.text() };
  }

  /** Sends a POST request with a new idempotency key. */
  post(path: string, caller: Caller, body: object): Promise<Answer> {
    return this.send("POST", path, caller, {
      body,
      headers: { "idempotency-key": crypto.randomUUID() },
    });
  }

  /** Sends a POST request, asserts that it succeeds with this status, and returns its data. */
  async done(path: string, caller: Caller, body: object, status: number) {
    const answer = await this.post(path, caller, body);
    equal(answer.status, status, `POST ${path}: ${answer.text}`);
    return JSON.parse(answer.text).data;
  }

  async read(path: string, caller: Caller) {
    const answer = await this.send("GET", path, caller);
    equal(answer.status, 200, `GET ${path}: ${answer.text}`);
    return JSON.parse(answer.text).data;
  }
}
