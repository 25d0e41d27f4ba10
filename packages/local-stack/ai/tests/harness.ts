/** Runs the emulator on a free port, with the official OpenAI client connected to it. */
import { waitFor } from "@farthing/command-line";
import assert from "node:assert/strict";
import OpenAI from "openai";
import type { Entry } from "../request-log.ts";
import { serveAi } from "../server.ts";

const TIMEOUT_MS = 60_000;
const API_KEY = "sk-local-test";

export interface Bench {
  client: OpenAI;
  /** Makes a client with a different API key, number of retries or timeout. */
  clientWith(options: { apiKey?: string; maxRetries?: number; timeout?: number }): OpenAI;
  /** Sends a request to a path under `/_control`. */
  control(method: string, path: string, body?: unknown): Promise<Response>;
  /** Waits until all requests whose messages contain the text have ended, and returns them. */
  ended(contains: string): Promise<Entry[]>;
}

export async function withAi(use: (bench: Bench) => Promise<void>): Promise<void> {
  const now = () => new Date("2026-11-21T10:00:00Z");
  const server = await serveAi({ port: 0, apiKey: API_KEY, now });
  const clientWith: Bench["clientWith"] = (options) =>
    new OpenAI({ apiKey: API_KEY, baseURL: `${server.url}/v1`, maxRetries: 0, ...options });
  const control: Bench["control"] = (method, path, body) =>
    fetch(`${server.url}/_control${path}`, {
      method,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  const ended: Bench["ended"] = async (contains) => {
    const query = new URLSearchParams({ contains });
    const found = await waitFor(async () => {
      const { requests } = await (await control("GET", `/requests?${query}`)).json();
      const all = requests as Entry[];
      return all.length > 0 && all.every((entry) => entry.ended) ? all : undefined;
    }, TIMEOUT_MS);
    assert.ok(found, `every request with "${contains}" ends`);
    return found;
  };
  try {
    await use({ client: clientWith({}), clientWith, control, ended });
  } finally {
    await server.close();
  }
}

/** Returns a request with one user message. */
export function ask(content: string, model = "gpt-4o-mini") {
  return { model, messages: [{ role: "user" as const, content }] };
}

/** Returns the error that a call fails with. */
export async function failure(call: () => PromiseLike<unknown>): Promise<Error> {
  try {
    await call();
  } catch (error) {
    assert.ok(error instanceof Error);
    return error;
  }
  throw new assert.AssertionError({ message: "the call should have failed" });
}
