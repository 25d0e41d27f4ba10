/**
 * Uses every feature of the packed @farthing/ai, in plain Node or Deno, and prints its findings as
 * JSON. With the argument `dies`, the program kills itself during a call. With `restarts`, it
 * settles the call during which it was killed.
 */
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { creditsMiddleware } from "@farthing/ai";
import { createMetering, fileJournal, tokensOfOpenAI } from "@farthing/ai/meter";
import { createFarthingServer } from "@farthing/client/server";
import * as fs from "node:fs/promises";
import process from "node:process";

const { SUPABASE_URL: url, SUPABASE_SECRET_KEY, AI_URL, AI_KEY, FOLDER } = process.env;
const { USER_ID: userId, POOR_ID } = process.env;
const farthing = createFarthingServer({ url, secretKey: SUPABASE_SECRET_KEY });
const reported = [];
const onSettlement = ({ status }, { userId: who }) => reported.push([status, who === userId]);
const options = { farthing, journal: fileJournal(FOLDER, fs), onSettlement };
const metering = createMetering(options);

const terms = { userId, model: "gpt-4o", inputTokens: 1000, maxOutputTokens: 500 };
const messages = [{ role: "user", content: "What is a farthing? [tokens:30]" }];
const gatewayHeaders = { authorization: `Bearer ${AI_KEY}`, "content-type": "application/json" };

async function complete() {
  const body = JSON.stringify({ model: "gpt-4o", messages });
  const request = { method: "POST", headers: gatewayHeaders, body };
  const { usage } = await (await fetch(`${AI_URL}/v1/chat/completions`, request)).json();
  return { value: usage.completion_tokens, tokens: tokensOfOpenAI(usage) };
}

const isSettled = ({ status, credits }) => status === "settled" && Number(credits) > 0;

async function metered() {
  const { value, settlement } = await metering.meter(terms, complete);
  const unknown = await metering.meter(terms, () => Promise.resolve({ value, tokens: undefined }));
  const failed = await metering.meter(terms, () => Promise.reject(new Error("overloaded")))
    .catch(({ message }) => message);
  return [value, isSettled(settlement), unknown.settlement.credits, failed];
}

async function refused() {
  let isAsked = false;
  const work = () => Promise.resolve({ value: isAsked = true, amount: "1" });
  const error = await metering.meter({ ...terms, userId: POOR_ID }, work).catch((each) => each);
  return [error.code, error.status, isAsked];
}

async function observed() {
  const observing = createMetering({ ...options, mode: "observe" });
  const { settlement } = await observing.meter({ ...terms, userId: POOR_ID }, complete);
  return [settlement.status, Number(settlement.credits) > 0];
}

/** A stream whose reader stops reading at the first text. Even so, the whole answer is charged. */
async function left() {
  const stop = new AbortController();
  const works = [];
  const waitUntil = (work) => works.push(work);
  const middleware = creditsMiddleware(metering, { userId, maxOutputTokens: 500, waitUntil });
  const provider = { name: "local", baseURL: `${AI_URL}/v1`, apiKey: AI_KEY, includeUsage: true };
  const model = createOpenAICompatible(provider)("gpt-4o");
  const prompt = [{ role: "user", content: [{ type: "text", text: messages[0].content }] }];
  const params = { prompt, abortSignal: stop.signal };
  const { stream } = await middleware.wrapStream({ params, model });
  const reader = stream.getReader();
  while ((await reader.read()).value?.type !== "text-delta");
  stop.abort();
  const { name } = await reader.read().catch((error) => error);
  await Promise.all(works);
  return [name, reported.at(-1)[0]];
}

const [, , part] = process.argv;
if (part === "dies") {
  await metering.begin(terms);
  process.kill(process.pid, "SIGKILL");
} else if (part === "restarts") {
  const { settled, pending } = await metering.finishSettlements({ alone: true });
  const prices = settled.map(({ settlement }) => settlement.credits);
  process.stdout.write(JSON.stringify([prices, pending.length, reported]));
} else {
  const found = {
    metered: await metered(),
    refused: await refused(),
    observed: await observed(),
    left: await left(),
  };
  const { settled, running } = await metering.finishSettlements();
  process.stdout.write(JSON.stringify({ ...found, rest: [settled.length, running.length] }));
}
