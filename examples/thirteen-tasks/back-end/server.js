import * as fs from "node:fs/promises";
import OpenAI from "openai";
import { serve } from "srvx";
import { createMetering, fileJournal, tokensOfOpenAI } from "@farthing/ai/meter";
import { farthing } from "./farthing.js";

const openai = new OpenAI();
const metering = createMetering({ farthing, journal: fileJournal("./unsettled", fs) });
await metering.finishSettlements();

/** Holds the most that the answer can cost, asks the model, and charges the used tokens. */
async function answer(userId, content) {
  const request = { model: "gpt-4o", max_tokens: 500, messages: [{ role: "user", content }] };
  const terms = { userId, model: "gpt-4o", inputTokens: content.length, maxOutputTokens: 500 };
  return await metering.meter(terms, async () => {
    const { choices, usage } = await openai.chat.completions.create(request);
    return { value: choices[0].message.content, tokens: tokensOfOpenAI(usage) };
  });
}

const respond = (request) =>
  farthing.respond(request, async (userId) => answer(userId, await request.text()));
serve({ fetch: respond });
