/** Uses OpenAI's official SDK as an app does. The SDK's base URL is a path of the project. */
import OpenAI from "openai";
import { equal } from "node:assert/strict";
import { holdsEnd } from "../../support/work/jobs.ts";
import type { Person } from "../../support/project/people.ts";
import type { World } from "../../support/project/world.ts";

interface SdkOptions {
  readonly apiKey?: string;
  readonly maxRetries?: number;
}

export function sdkOf(world: World, person: Person, options: SdkOptions = {}): OpenAI {
  const baseURL = `${world.url}/functions/v1/ai/v1`;
  return new OpenAI({ baseURL, apiKey: person.token, maxRetries: 0, ...options });
}

export function chatOf(content: string) {
  return {
    model: "gpt-4o",
    messages: [{ role: "user" as const, content }],
    max_tokens: 500,
  };
}

interface Counted {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
}

/** Returns the price of these tokens of gpt-4o. */
export function priceOf({ prompt_tokens, completion_tokens }: Counted): number {
  return (prompt_tokens * 20 + completion_tokens * 60) / 1000;
}

/** Asserts that the person, who had 1,000 credits, has paid for exactly these tokens of gpt-4o. */
export async function hasPaid(world: World, person: Person, uses: readonly Counted[]) {
  const balance = Number(await holdsEnd(world, person.id));
  const paid = uses.reduce((sum, use) => sum + priceOf(use), 0);
  equal((1000 - balance).toFixed(6), paid.toFixed(6));
}

/** Returns the error with which the promise of a call rejects. */
export async function failureOf(call: PromiseLike<unknown>): Promise<Error> {
  try {
    await call;
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error("the call did not fail");
}
