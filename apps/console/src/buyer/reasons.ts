/** Says in plain words why a balance has changed. Uses only the fields that a buyer may read. */
import type { Entry } from "@farthing/client";

const AUTHORS: Readonly<Partial<Record<string, string>>> = {
  owner: "you",
  operator: "support",
  key: "the app",
  stripe: "a payment",
  task: "a scheduled task",
};

const TOKENS = {
  input_tokens: "input",
  cached_input_tokens: "cached input",
  cache_write_tokens: "cache write",
  output_tokens: "output",
  reasoning_tokens: "reasoning",
} as const;

type Facts = Readonly<Record<string, unknown>>;

const textOf = (value: unknown): string => typeof value === "string" ? value : "";

/** Formats the token usage of a model: "gpt-4o: 1000 input, 500 output tokens". */
function usageOf(facts: Facts): string {
  const counts = Object.entries(TOKENS).filter(([name]) => Number(facts[name] ?? 0) > 0)
    .map(([name, words]) => `${facts[name]} ${words}`);
  const model = textOf(facts["model"]);
  return counts.length === 0 ? model : `${model}: ${counts.join(", ")} tokens`;
}

/** The cause of a bonus, a clawback or a reinstatement. */
function causeOf(kind: Entry["kind"], facts: Facts): string {
  if (kind === "bonus") return "Bonus";
  if ("refund_id" in facts) return "Refund";
  if ("dispute_id" in facts) return "Dispute";
  return "warning_id" in facts ? "Fraud warning" : "Payment";
}

/** Returns the name of what was bought with an order; undefined if the name is not known. */
export type Bought = (orderId: string) => string | undefined;

function orderReason(kind: Entry["kind"], orderId: string, facts: Facts, bought: Bought): string {
  const name = bought(orderId);
  if (kind === "purchase") return name === undefined ? `Order ${orderId}` : `${name} bought`;
  return `${causeOf(kind, facts)}: ${name ?? `order ${orderId}`}`;
}

/**
 * Says why an entry changed the balance. For a purchase: what was bought. For any other entry of an
 * order: the cause of the entry, such as a refund, and what was bought. For an entry without an
 * order, the first of these facts that the entry has: its own reason, the model that was used, the
 * expiry, the reference, or the author.
 */
export function reasonOf(
  { kind, metadata, reference_type, reference_id, author }: Entry,
  bought: Bought = () => undefined,
): string {
  const facts: Facts = metadata ?? {};
  if (reference_type === "order" && reference_id !== null) {
    return orderReason(kind, reference_id, facts, bought);
  }
  if (reference_type === "chat_correction") return "Correction of a chat that was charged too much";
  if (textOf(facts["reason"]) !== "") return textOf(facts["reason"]);
  if (textOf(facts["model"]) !== "") {
    if (reference_type === "chat") return `Chat with ${usageOf(facts)}`;
    const step = textOf(facts["step"]);
    return step === "" ? `Use of ${usageOf(facts)}` : `Step ${step} of a job, ${usageOf(facts)}`;
  }
  if (kind === "expiry") return "The credits were not used in time";
  if (reference_type === "hold" || reference_id === null || reference_type === null) {
    return `by ${AUTHORS[author.split(":")[0] ?? ""] ?? author}`;
  }
  return `${reference_type.replaceAll("_", " ")} ${reference_id}`;
}
