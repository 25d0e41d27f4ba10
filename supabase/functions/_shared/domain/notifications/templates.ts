/**
 * The templates of notifications: the data that each template takes, and the email that it writes.
 */
import { z } from "@hono/zod-openapi";
import { text, Timestamp, Uuid } from "../../contracts/common.ts";
import {
  CreditsExpiringData,
  Currency,
  LowBalanceData,
  Money,
  ReceiptData,
  RefundData,
  TopUpFailedData,
} from "../../contracts/notifications.ts";
import { type Email, type EmailParts, writeEmail } from "./email.ts";
import { moment, money } from "./format.ts";

interface Template<S extends z.ZodType = z.ZodType> {
  readonly schema: S;
  readonly write: (data: z.output<S>) => EmailParts;
}

function defineTemplate<S extends z.ZodType>(schema: S, write: Template<S>["write"]) {
  return { schema, write } satisfies Template<S>;
}

/** Returns the fact in a list; empty if its value is null. */
function optional(name: string, value: string | null): [string, string][] {
  return value === null ? [] : [[name, value]];
}

/** A payment has arrived, and its credits are available. */
const receipt = defineTemplate(
  ReceiptData,
  ({ order_id, package_name, amount, currency, credits, bonus_credits, paid_at }) => ({
    subject: `Receipt: ${money(amount, currency)}`,
    sentences: ["Thank you. Your payment has arrived, and your credits are ready to be used."],
    facts: [
      ["Bought", package_name ?? "Automatic top-up"],
      ["Paid", money(amount, currency)],
      ["Credits", credits],
      ...optional("Bonus credits", bonus_credits === "0" ? null : bonus_credits),
      ["Date", moment(paid_at)],
      ["Order", order_id],
    ],
  }),
);

/** Money goes back to its payer. */
const refund = defineTemplate(
  RefundData,
  ({ refund_id, order_id, booking_id, amount, currency, credits_taken_back }) => ({
    subject: `Refund: ${money(amount, currency)}`,
    sentences: [
      "We have refunded your payment, or a part of it. Your bank may take some days to show the refund.",
    ],
    facts: [
      ["Refunded", money(amount, currency)],
      ...optional("Credits removed", credits_taken_back === "0" ? null : credits_taken_back),
      ...optional("Order", order_id),
      ...optional("Booking", booking_id),
      ["Refund", refund_id],
    ],
  }),
);

/** The available credits fell below the user's own threshold. */
const lowBalance = defineTemplate(
  LowBalanceData,
  ({ available, threshold }) => ({
    subject: "Your credits are running low",
    sentences: ["You have fewer credits left than your notification limit."],
    facts: [["Credits left", available], ["Limit", threshold]],
  }),
);

/** Credits expire unless they are used (T23). */
const creditsExpiring = defineTemplate(
  CreditsExpiringData,
  ({ credits, expires_at, days }) => ({
    subject: days <= 1
      ? "Some of your credits expire within a day"
      : "Some of your credits expire soon",
    sentences: ["Use these credits before they expire: afterwards they are gone."],
    facts: [["Credits", credits], ["Expire", moment(expires_at)]],
  }),
);

/** An automatic top-up was not paid. */
const topUpFailed = defineTemplate(
  TopUpFailedData,
  ({ order_id, amount, currency, failure_code, paused, next_attempt_at }) => ({
    subject: "Your automatic top-up failed",
    sentences: [
      "We could not charge your saved card, so no credits were added.",
      paused
        ? "After several failures in a row, top-ups are paused. Save another card to go on."
        : "We will try again.",
    ],
    facts: [
      ["Amount", money(amount, currency)],
      ["Reason", failure_code],
      ...optional("Next attempt, at the earliest", next_attempt_at && moment(next_attempt_at)),
      ["Order", order_id],
    ],
  }),
);

const WHY_PAUSED = {
  failures: "Your saved card failed several times in a row. Save another card to go on.",
  card_gone: "Your saved card was removed. Save another card to go on.",
  refunded: "A top-up was refunded or disputed. Switch top-ups on again when you want them.",
} as const;

/** Automatic top-ups are paused until the user acts. */
const topUpPaused = defineTemplate(
  z.strictObject({ reason: z.enum(["failures", "card_gone", "refunded"]) }),
  ({ reason }) => ({
    subject: "Your automatic top-ups are paused",
    sentences: ["We will not charge your card for now.", WHY_PAUSED[reason]],
    facts: [],
  }),
);

/** The month's cap of automatic top-ups is used up. */
const topUpCapped = defineTemplate(
  z.strictObject({ monthly_cap: Money, currency: Currency }),
  ({ monthly_cap, currency }) => ({
    subject: "Your automatic top-ups have reached this month's limit",
    sentences: ["Until next month we will not charge your card again, unless you raise the limit."],
    facts: [["Monthly limit", money(monthly_cap, currency)]],
  }),
);

/** The bank requires the user to confirm a top-up. */
const topUpAuthentication = defineTemplate(
  z.strictObject({
    order_id: Uuid,
    amount: Money,
    currency: Currency,
    url: z.url({ protocol: /^https?$/ }).max(2_048),
    expires_at: Timestamp,
  }),
  ({ order_id, amount, currency, url, expires_at }) => ({
    subject: "Your bank wants you to confirm a top-up",
    sentences: [
      "Your bank requires you to confirm this charge. No credits were added yet.",
    ],
    facts: [
      ["Amount", money(amount, currency)],
      ["Until", moment(expires_at)],
      ["Order", order_id],
    ],
    link: { label: "Confirm and pay", url },
  }),
);

const DISPUTE_PHASES = {
  inquiry: "A bank questions a payment. No money was withdrawn yet; answer in Stripe's dashboard.",
  opened: "A bank disputes a payment. Credits are clawed back with the money; answer in time.",
  appealed: "A dispute goes on in appeal. The rest of its credits is frozen; answer in time.",
  prevented: "A dispute was prevented: the buyer gets the money, and the credits are clawed back.",
  won: "A dispute was won: the money and its credits are reinstated.",
  lost: "A dispute was lost: the money is gone, and its credits were clawed back.",
} as const;

/**
 * For operators: a buyer's bank questions a payment, withdraws the money, reinstates the money or
 * keeps it.
 */
export const dispute = defineTemplate(
  z.strictObject({
    dispute_id: text(255),
    phase: z.enum(["inquiry", "opened", "appealed", "prevented", "won", "lost"]),
    order_id: Uuid.nullable(),
    booking_id: Uuid.nullable(),
    amount: Money,
    currency: Currency,
    reason: text(255).nullable(),
    at: Timestamp,
  }),
  ({ dispute_id, phase, order_id, booking_id, amount, currency, reason, at }) => ({
    subject: `Dispute ${phase}: ${money(amount, currency)}`,
    sentences: [DISPUTE_PHASES[phase]],
    facts: [
      ["Amount", money(amount, currency)],
      ...optional("Reason", reason),
      ["Since", moment(at)],
      ...optional("Order", order_id),
      ...optional("Booking", booking_id),
      ["Dispute", dispute_id],
    ],
  }),
);

/** For operators: an alert is open, and its runbook says what to do. */
export const alert = defineTemplate(
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
  ({ incident_id, rule, severity, summary, value, threshold, runbook, fired_at }) => ({
    subject: `[${severity}] ${rule}: ${summary}`,
    sentences: [summary],
    facts: [
      ["Rule", rule],
      ["Severity", severity],
      ["Value", value],
      ["Threshold", threshold],
      ["Since", moment(fired_at)],
      ["Incident", incident_id],
    ],
    link: { label: "Runbook", url: runbook },
  }),
);

/**
 * For operators: the head of the ledger's hash chains, to be stored where no database role can
 * change it.
 */
export const anchor = defineTemplate(
  z.strictObject({
    head_nr: z.int().min(1),
    hash: z.string().regex(/^[0-9a-f]{64}$/),
    accounts: z.int().min(0),
    entries: z.int().min(0),
    balance: text(100),
    made_at: Timestamp,
  }),
  ({ head_nr, hash, accounts, entries, balance, made_at }) => ({
    subject: `Ledger head ${head_nr}`,
    sentences: [
      "Keep this email. The ledger must lead to this hash: docs/runbooks/anchor.md says how to compare.",
    ],
    facts: [
      ["Head", String(head_nr)],
      ["Hash", hash],
      ["Entries", String(entries)],
      ["Accounts", String(accounts)],
      ["Credits", balance],
      ["Made", moment(made_at)],
    ],
  }),
);

/** The templates, by the names that the database stores. */
const TEMPLATES: ReadonlyMap<string, Template> = new Map(Object.entries({
  receipt,
  refund,
  low_balance: lowBalance,
  credits_expiring: creditsExpiring,
  top_up_failed: topUpFailed,
  top_up_paused: topUpPaused,
  top_up_capped: topUpCapped,
  top_up_authentication: topUpAuthentication,
  dispute,
  alert,
  anchor,
  // The cast is safe: renderNotification parses the data with a template's own schema before it
  // calls that template's write().
}) as [string, Template][]);

/** Thrown if the template is unknown or its data are invalid: another attempt would fail, too. */
export class InvalidNotification extends Error {}

/**
 * Renders a notification as an email.
 * @throws InvalidNotification with the template and the field; the field's value is left out of the
 *   log
 */
export function renderNotification(template: string, data: unknown): Email {
  const known = TEMPLATES.get(template);
  if (known === undefined) throw new InvalidNotification(`no template ${template}`);
  const parsed = known.schema.safeParse(data);
  if (parsed.success) return writeEmail(known.write(parsed.data));
  throw new InvalidNotification(`${template}: ${parsed.error.issues[0]?.path.join(".")}`);
}
