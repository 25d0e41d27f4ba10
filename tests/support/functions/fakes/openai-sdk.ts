/** OpenAI's official SDK, whose requests reach the functions without a network. */
import OpenAI from "openai";
import { createApp } from "../../../../supabase/functions/ai/app.ts";
import type { Fake } from "./services.ts";

export const MESSAGES = [{ role: "user" as const, content: "What is a farthing?" }];

interface SdkOptions {
  /** The SDK's API key. If absent, the SDK sends a user's token. */
  readonly apiKey?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export async function openAiSdk(fake: Fake, { apiKey, headers = {} }: SdkOptions = {}) {
  const app = createApp(fake.source);
  const origin = "https://project.example.com/functions/v1";
  return new OpenAI({
    baseURL: `${origin}/ai/v1`,
    apiKey: apiKey ?? await fake.project.sign({}),
    maxRetries: 0,
    defaultHeaders: headers,
    fetch: async (url, init) => await app.request(String(url).slice(origin.length), init),
  });
}
