/**
 * Type tests of the packed client: each line after `@ts-expect-error` must not compile. The app in this
 * folder has no types of Deno or Node.
 */
import { type Balance, createFarthing, type ErrorCode, FarthingError } from "@farthing/client";
import { createFarthingServer } from "@farthing/client/server";

const farthing = createFarthing({ url: "u", publishableKey: "k", getAccessToken: () => null });
const server = createFarthingServer({ url: "u", secretKey: "k" });
const messages = [{ role: "user" as const, content: "Hello" }];

async function valid(): Promise<[string, string | undefined, boolean]> {
  const { available } = await farthing.credits.get();
  const past: Balance = await farthing.credits.at("2026-11-24T00:00:00Z");
  const { checkout_url, replayed } = await farthing.buy("starter", { currency: "eur" });
  for await (const { amount } of farthing.credits.entries({ kind: "usage" })) amount.padStart(9);
  const { items, nextCursor } = await server.page("/checkout/orders", { query: { limit: 5 } });
  items.at(-1)?.currency.concat(nextCursor ?? "");
  await server.withHold(
    { userId: "u", amount: "5" },
    (hold) => Promise.resolve({ value: hold.hold_id, charge: { amount: "1" } }),
  );
  return [available, past.available, replayed && checkout_url !== ""];
}

function codes(error: unknown): ErrorCode | undefined {
  if (!(error instanceof FarthingError)) return;
  if (error.code === "insufficient_credits") error.details?.required?.padStart(9);
  // @ts-expect-error This field has the type unknown, so no method of it can be called.
  error.details?.differs?.at(0);
  // @ts-expect-error The error code does not exist.
  if (error.code === "insuficient_credits") return;
  return "network_error";
}

const invalid = [
  // @ts-expect-error The body lacks a required field.
  () => server.usage({ user_id: "u", model: "gpt-4o", input_tokens: 1 }),
  // @ts-expect-error The body has an unknown field.
  () => farthing.chat.create({ model: "gpt-4o", messages, temperature: 1 }),
  // @ts-expect-error A stream must be requested with `chat.stream`.
  () => farthing.chat.create({ model: "gpt-4o", messages, stream: true }),
  // @ts-expect-error An amount must be a string.
  () => server.credits.debit({ user_id: "u", amount: 5, reason: "r" }),
  // @ts-expect-error The kind of entry does not exist.
  () => farthing.credits.entries({ kind: "gift" }),
  // @ts-expect-error The path does not exist.
  () => farthing.read("/credit", {}),
  // @ts-expect-error The client does not call paths that answer in OpenAI's shape.
  () => farthing.read("/ai/v1/models", {}),
  // @ts-expect-error The path lacks a value for its parameter.
  () => farthing.read("/jobs/{id}", {}),
  // @ts-expect-error A back end must name the user.
  () => server.credits.get(),
  // @ts-expect-error The work must return what it cost.
  () => server.withHold({ userId: "u", amount: "5" }, () => Promise.resolve({ value: 1 })),
  // @ts-expect-error A hold has either an amount or an estimate.
  () => server.holds.open({ user_id: "u", amount: "5", estimated: "6" }),
  // @ts-expect-error The client of a user has no secret key.
  () => createFarthing({ url: "u", secretKey: "k" }),
];

void [valid, codes, invalid];
