/** The templates of emails to operators: disputes, alerts and heads of the ledger. */
import { z } from "@hono/zod-openapi";
import { text, Uuid } from "../../contracts/fields.ts";
import { Timestamp } from "../../contracts/time-fields.ts";
import { CurrencyCode } from "../../contracts/money.ts";
import { PaidMoney } from "../../contracts/notifications.ts";
import { defineForOperators, optional } from "./define-template.ts";

const DISPUTE_PHASES = {
  inquiry:
    "A bank questions a payment. No money has been withdrawn yet. Answer the bank in Stripe's " +
    "dashboard.",
  opened:
    "A bank disputes a payment. An order's credits are clawed back when the bank withdraws the " +
    "money. Answer the bank in Stripe's dashboard before the deadline.",
  appealed: "A dispute goes on in appeal. An order's remaining credits are frozen until the bank " +
    "decides. Answer the bank in Stripe's dashboard before the deadline.",
  prevented: "A dispute was prevented: the buyer gets the money, and the credits are clawed back.",
  won: "A dispute was won: the money and its credits are reinstated.",
  lost: "A dispute was lost: the money is gone, and its credits were clawed back.",
} as const;

/**
 * A dispute's progress: the buyer's bank asks about a payment, or withdraws, reinstates or keeps
 * the money.
 */
export const dispute = defineForOperators(
  z.strictObject({
    dispute_id: text(255),
    phase: z.enum(["inquiry", "opened", "appealed", "prevented", "won", "lost"]),
    order_id: Uuid.nullable(),
    booking_id: Uuid.nullable(),
    amount: PaidMoney,
    currency: CurrencyCode,
    reason: text(255).nullable(),
    at: Timestamp,
  }),
  ({ dispute_id, phase, order_id, booking_id, amount, currency, reason, at }, voice) => ({
    subject: `Dispute ${phase}: ${voice.money(amount, currency)}`,
    heading: `Dispute ${phase}`,
    figure: voice.money(amount, currency),
    sentences: [DISPUTE_PHASES[phase]],
    facts: [
      ["Amount", voice.money(amount, currency)],
      ...optional("Reason", reason),
      ["Since", voice.moment(at)],
    ],
    references: [
      ...optional("Order", order_id),
      ...optional("Booking", booking_id),
      ["Dispute", dispute_id],
    ],
  }),
);

/** An alert is open. The runbook says what to do. */
export const alert = defineForOperators(
  z.object({
    incident_id: text(255),
    rule: text(100),
    severity: z.enum(["critical", "warning"]),
    summary: text(1_000),
    value: text(100),
    threshold: text(100),
    runbook: text(2_048),
    fired_at: Timestamp,
  }),
  ({ incident_id, rule, severity, summary, value, threshold, runbook, fired_at }, voice) => ({
    subject: `[${severity}] ${rule}: ${summary}`,
    heading: rule,
    sentences: [summary],
    facts: [
      ["Rule", rule],
      ["Severity", severity],
      ["Value", value],
      ["Threshold", threshold],
      ["Since", voice.moment(fired_at)],
    ],
    references: [["Incident", incident_id]],
    link: { label: "Runbook", url: runbook },
  }),
);

/** The head of the ledger's hash chains, to be stored where no database role can change it. */
export const anchor = defineForOperators(
  z.strictObject({
    head_nr: z.int().min(1),
    hash: z.string().regex(/^[0-9a-f]{64}$/),
    accounts: z.int().min(0),
    entries: z.int().min(0),
    balance: text(100),
    made_at: Timestamp,
  }),
  ({ head_nr, hash, accounts, entries, balance, made_at }, voice) => ({
    subject: `Ledger head ${head_nr}`,
    heading: `Ledger head ${head_nr}`,
    sentences: [
      "Keep this email. The hash recomputed from the ledger must equal this hash; " +
      "docs/runbooks/anchor.md says how to compare them.",
    ],
    // The numbers are not formatted, because an operator compares their digits with the database's.
    facts: [
      ["Head", String(head_nr)],
      ["Hash", hash],
      ["Entries", String(entries)],
      ["Accounts", String(accounts)],
      ["Credits", balance],
      ["Made", voice.moment(made_at)],
    ],
  }),
);
