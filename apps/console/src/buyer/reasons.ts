/** Says in plain words what has changed a balance, and why. */
import type { Entry } from "@farthing/client";

/** A later version of the service may have more kinds. */
export const WHAT: Readonly<Partial<Record<string, string>> & Record<Entry["kind"], string>> = {
  purchase: "Purchase",
  bonus: "Bonus",
  promotion: "Gift",
  adjustment: "Correction",
  debit: "Charge",
  usage: "Usage",
  settle: "Finished work",
  expiry: "Expired",
  clawback: "Taken back",
  reinstatement: "Given back",
};

const AUTHORS: Readonly<Partial<Record<string, string>>> = {
  owner: "you",
  operator: "support",
  key: "the app",
  stripe: "a payment",
  task: "a scheduled task",
};

const textOf = (value: unknown): string => typeof value === "string" ? value : "";

/** Returns the reason that the entry has, else its model or reference, else who made it. */
export function reasonOf({ metadata, reference_type, reference_id, author }: Entry): string {
  const { reason, model } = (metadata ?? {}) as { reason?: unknown; model?: unknown };
  const said = textOf(reason) || textOf(model);
  if (said !== "") return said;
  if (reference_type !== null && reference_id !== null) {
    return `${reference_type.replaceAll("_", " ")} ${reference_id}`;
  }
  return `by ${AUTHORS[author.split(":")[0] ?? ""] ?? author}`;
}
