/** A valid body and the types of its fields, for every route that takes a body. */
import { OpenedHold } from "../../supabase/functions/_shared/contracts/holds.ts";
import { backEnd, data, post } from "../support/project/http.ts";
import { crowd } from "../support/project/crowd.ts";
import { type Person, signUpWith } from "../support/project/people.ts";
import { packageNamed } from "../support/money/purchases.ts";
import type { World } from "../support/project/world.ts";
import { fraudTargets, moneyBackTargets, notificationTargets } from "./operator-targets.ts";
import { type Asks, beneath, KIB, type Kind, type Target } from "./target.ts";

/** The numbers of checkouts, bookings and chats that one person may request in a minute. */
const [BUYS, BOOKINGS, CHATS] = [10, 5, 20];
const TOKENS: Record<string, Kind> = {
  input_tokens: "tokens",
  cached_input_tokens: "tokens",
  cache_write_tokens: "tokens",
  output_tokens: "tokens",
  reasoning_tokens: "tokens",
};

function usageTargets(user_id: string, caller: Asks): Target[] {
  const tokens = { input_tokens: 10, output_tokens: 5 };
  const usage = { user_id, model: "gpt-4o", ...tokens };
  const fields: Record<string, Kind> = {
    ...{ user_id: "uuid", model: "text:200", ...TOKENS, occurred_at: "time" },
    ...{ correlation_id: "text:200", metadata: "object", event_id: "text:255" },
  };
  return [
    { name: "usage", path: "usage", caller, good: usage, fields, limit: 64 * KIB },
    {
      keyless: true,
      ...{ name: "usage/estimate", path: "usage/estimate", caller, limit: 64 * KIB },
      good: { model: "gpt-4o", ...tokens },
      fields: { model: "text:200", ...TOKENS },
    },
    {
      ...{ name: "usage/batch", path: "usage/batch", caller, limit: KIB * KIB },
      good: { events: [{ ...usage, event_id: "e-1" }] },
      fields: { events: "object", ...beneath("events[0].", fields) },
    },
  ];
}

function holdTargets(user_id: string, caller: Asks, holdId: string): Target[] {
  const estimate = { model: "gpt-4o", input_tokens: 1, max_output_tokens: 1 };
  const settle = `credits/holds/${holdId}/settle`;
  const common = { caller, limit: 64 * KIB };
  return [
    {
      ...{ ...common, name: "holds by amount", path: "credits/holds" },
      good: { user_id, amount: "1" },
      fields: { user_id: "uuid", amount: "amount", ttl_seconds: "number", reason: "text:500" },
    },
    {
      ...{ ...common, name: "holds by estimate", path: "credits/holds" },
      good: { user_id, estimate },
      fields: beneath("estimate.", {
        ...{ model: "text:200", input_tokens: "tokens", max_output_tokens: "tokens" },
      }),
    },
    {
      ...{ ...common, name: "settle by amount", path: settle },
      good: { amount: "1" },
      fields: { amount: "zero-amount" },
    },
    {
      ...{ ...common, name: "settle by usage", path: settle },
      good: { usage: { model: "gpt-4o", input_tokens: 1, output_tokens: 1 } },
      fields: beneath("usage.", {
        ...{ model: "text:200", ...TOKENS, event_id: "text:255" },
        ...{ occurred_at: "time", metadata: "object" },
      }),
    },
  ];
}

function creditTargets(user_id: string, caller: Asks): Target[] {
  const common = { caller, limit: 64 * KIB };
  return [
    {
      ...{ ...common, name: "grants", path: "credits/grants" },
      good: { user_id, amount: "1", source: "promotional", reason: "x" },
      fields: {
        ...{ user_id: "uuid", amount: "amount", source: "choice", expires_at: "time" },
        ...{ priority: "number", reason: "text:500" },
      },
    },
    {
      ...{ ...common, name: "debits", path: "credits/debits" },
      good: { user_id, amount: "1", reason: "x" },
      fields: { user_id: "uuid", amount: "amount", reason: "text:500", reference_id: "text:200" },
    },
  ];
}

function jobTargets(id: string, caller: Asks): Target[] {
  const common = { path: "jobs", caller, limit: KIB * KIB };
  const wish = { user_id: id, client_temp_id: "click-1" };
  const fields: Record<string, Kind> = {
    ...{ type: "choice", user_id: "uuid", client_temp_id: "text:100" },
  };
  const event = { event_id: "e-1", model: "gpt-4o", input_tokens: 10, output_tokens: 5 };
  return [
    {
      ...{ ...common, name: "jobs of usage_backfill" },
      good: { ...wish, type: "usage_backfill", input: { events: [event] } },
      fields: {
        "input.events": "object",
        ...beneath("input.events[0].", {
          ...{ event_id: "text:255", model: "text:200", ...TOKENS, occurred_at: "time" },
          metadata: "object",
        }),
      },
    },
    {
      ...{ ...common, name: "jobs of ledger_export" },
      good: { ...wish, type: "ledger_export", input: {} },
      fields: { ...fields, "input.from": "time", "input.to": "time" },
    },
  ];
}

function aiTargets(caller: Asks): Target[] {
  return [
    {
      ...{ name: "ai/chat", path: "ai/chat", caller, limit: 64 * KIB },
      good: { model: "gpt-4o", messages: [{ role: "user", content: "hi" }], max_output_tokens: 9 },
      fields: {
        ...{ model: "text:200", messages: "object", max_output_tokens: "number" },
        "messages[0].role": "choice",
      },
    },
    {
      ...{ name: "ai/v1", path: "ai/v1/chat/completions", caller, limit: 64 * KIB },
      good: { model: "gpt-4o", messages: [{ role: "user", content: "hi" }], max_tokens: 9 },
      fields: { model: "text:200", messages: "object", "messages[0].role": "choice" },
    },
    {
      ...{ name: "ai/research", path: "ai/research", caller, limit: 64 * KIB },
      good: { query: "What is a farthing?" },
      fields: { query: "text:4000" },
    },
  ];
}

function topUpTargets(caller: Asks): Target[] {
  const limit = 64 * KIB;
  return [
    {
      ...{ name: "top-ups", path: "top-ups", caller, limit },
      good: { enabled: false, threshold: "1000", target: "5000", monthly_cap: 2000 },
      fields: { threshold: "amount", target: "amount", monthly_cap: "number" },
    },
    {
      ...{ name: "top-ups/card", path: "top-ups/card", caller, limit },
      good: {},
      fields: { success_url: "url", cancel_url: "url" },
    },
  ];
}

function bookingTargets(caller: Asks, operator: Asks): Target[] {
  const limit = 64 * KIB;
  const provider_id = "00000000-0000-4000-8000-000000000000";
  const urls = { return_url: "url", refresh_url: "url" } as const;
  return [
    {
      ...{ name: "bookings", path: "bookings", caller, limit },
      good: { provider_id, amount: 1000, currency: "usd" },
      fields: {
        ...{ provider_id: "uuid", amount: "number", currency: "choice", details: "object" },
        client_temp_id: "text:100",
      },
    },
    {
      ...{ name: "providers", path: "providers", caller, limit },
      good: { country: "DE" },
      fields: { country: "choice", email: "choice", ...urls },
    },
    {
      keyless: true,
      ...{ name: "onboarding-link", path: "providers/me/onboarding-link", caller, limit },
      good: {},
      fields: urls,
    },
    {
      keyless: true,
      ...{ name: "features", path: "features/b2b", caller: operator, limit },
      good: { state: "on" },
      fields: { state: "choice" },
    },
  ];
}

/** Signs up a person with credits and returns each route with a body about that person. */
export async function prepare(world: World): Promise<{ person: Person; targets: Target[] }> {
  const person = await signUpWith(world, "100");
  const as = backEnd(world);
  const hold = { user_id: person.id, amount: "1", ttl_seconds: 3600 };
  const held = data(await post(world, "credits/holds", as, hold), 201, OpenedHold);
  const { id } = await packageNamed(world, "Starter");
  const service = () => Promise.resolve(as);
  const sharers = () => Promise.resolve({ "x-webhook-secret": world.notificationSecret });
  const buyers = crowd(world, BUYS);
  const checkout: Target = {
    ...{ name: "checkout", path: "checkout", caller: buyers, limit: 64 * KIB },
    good: { package_id: id },
    fields: {
      ...{ package_id: "text:64", success_url: "url", cancel_url: "url" },
      client_temp_id: "text:100",
    },
  };
  return {
    person,
    targets: [
      checkout,
      ...creditTargets(person.id, service),
      ...holdTargets(person.id, service, held.hold_id),
      ...usageTargets(person.id, service),
      ...jobTargets(person.id, service),
      ...aiTargets(crowd(world, CHATS)),
      ...fraudTargets(service),
      ...moneyBackTargets(service),
      ...notificationTargets(person.id, sharers),
      ...topUpTargets(buyers),
      ...bookingTargets(crowd(world, BOOKINGS), service),
    ],
  };
}
