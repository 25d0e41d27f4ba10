/** The templates of emails about an account: its balance and its automatic top-ups. */
import { z } from "@hono/zod-openapi";
import { Uuid } from "../../contracts/fields.ts";
import { CurrencyCode } from "../../contracts/money.ts";
import { Timestamp } from "../../contracts/time-fields.ts";
import {
  CreditsExpiringData,
  LowBalanceData,
  PaidMoney,
  TopUpFailedData,
} from "../../contracts/notifications.ts";
import { defineTemplate, optional } from "./define-template.ts";

/** The available credits fell below the user's own threshold. */
export const lowBalance = defineTemplate(
  LowBalanceData,
  ({ available, threshold }, { say: { lowBalance: say }, credits }) => ({
    subject: say.subject,
    heading: say.heading,
    sentences: [say.sentence],
    facts: [[say.left, credits(available)], [say.limit, credits(threshold)]],
  }),
);

/** Credits will expire unless they are used. */
export const creditsExpiring = defineTemplate(
  CreditsExpiringData,
  ({ credits, expires_at, days }, { say: { creditsExpiring: say }, ...format }) => ({
    subject: days <= 1 ? say.subjectWithinADay : say.subject,
    heading: days <= 1 ? say.subjectWithinADay : say.heading,
    sentences: [say.sentence],
    facts: [[say.credits, format.credits(credits)], [say.expire, format.moment(expires_at)]],
  }),
);

/** An automatic top-up was not paid. */
export const topUpFailed = defineTemplate(
  TopUpFailedData,
  (
    { order_id, amount, currency, failure_code, paused, next_attempt_at },
    { say: { topUpFailed: say, references }, money, moment },
  ) => ({
    subject: say.subject,
    heading: say.heading,
    sentences: [say.sentence, paused ? say.paused : say.again],
    facts: [
      [say.amount, money(amount, currency)],
      // Stripe has many decline codes and may add more. A code without a sentence of its own is shown as it
      // is.
      [say.reason, new Map(Object.entries(say.reasons)).get(failure_code) ?? failure_code],
      ...optional(say.nextAttempt, next_attempt_at && moment(next_attempt_at)),
    ],
    references: [[references.order, order_id]],
  }),
);

/** Automatic top-ups are paused until the user acts. */
export const topUpPaused = defineTemplate(
  z.strictObject({ reason: z.enum(["failures", "card_gone", "refunded"]) }),
  ({ reason }, { say: { topUpPaused: say } }) => ({
    subject: say.subject,
    heading: say.heading,
    sentences: [
      say.sentence,
      { failures: say.failures, card_gone: say.cardGone, refunded: say.refunded }[reason],
    ],
    facts: [],
  }),
);

/** Automatic top-ups have reached the user's cap for the month. */
export const topUpCapped = defineTemplate(
  z.strictObject({ monthly_cap: PaidMoney, currency: CurrencyCode }),
  ({ monthly_cap, currency }, { say: { topUpCapped: say }, money }) => ({
    subject: say.subject,
    heading: say.heading,
    sentences: [say.sentence],
    facts: [[say.monthlyLimit, money(monthly_cap, currency)]],
  }),
);

/** The bank requires the user to confirm a top-up. */
export const topUpAuthentication = defineTemplate(
  z.strictObject({
    order_id: Uuid,
    amount: PaidMoney,
    currency: CurrencyCode,
    url: z.url({ protocol: /^https?$/ }).max(2_048),
    expires_at: Timestamp,
  }),
  (
    { order_id, amount, currency, url, expires_at },
    { say: { topUpAuthentication: say, references }, money, moment },
  ) => ({
    subject: say.subject,
    heading: say.heading,
    figure: money(amount, currency),
    sentences: [say.sentence],
    facts: [[say.amount, money(amount, currency)], [say.until, moment(expires_at)]],
    references: [[references.order, order_id]],
    link: { label: say.confirm, url },
  }),
);
