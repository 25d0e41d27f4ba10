/** Makes the mail service of a deployment: Postmark or Resend, depending on which API key is set. */
import { type Env, EnvError } from "../../core/env.ts";
import { ApiError } from "../../core/errors.ts";
import type { Metrics } from "../../metrics/metrics.ts";
import { createResiliencePolicy } from "../../resilience/resilience-policy.ts";
import { type Mail, MailNotSent, MailRefused } from "./mail.ts";
import { POSTMARK_URL, sendByPostmark } from "./postmark.ts";
import { RESEND_URL, sendByResend } from "./resend.ts";

type MailEnv = Pick<Env, "MAIL_FROM" | "MAIL_URL" | "POSTMARK_SERVER_TOKEN" | "RESEND_API_KEY">;

/**
 * The form of a sender: `a@b.c`, or a name followed by `<a@b.c>`. A mail service refuses every message with
 * an invalid sender.
 */
const FROM = /^(?:[^<>\r\n]{1,200} <[^<>@\s,]+@[^<>@\s,]+>|[^<>@\s,]+@[^<>@\s,]+)$/;

interface Sender {
  readonly service: Mail["service"];
  readonly send: typeof sendByPostmark;
  readonly token: string;
  readonly home: string;
}

/**
 * @throws ApiError `not_ready` if no key is set; EnvError if both keys are set, or the sender is missing or
 * invalid
 */
function senderOf({ MAIL_FROM, POSTMARK_SERVER_TOKEN, RESEND_API_KEY }: MailEnv): Sender {
  if (POSTMARK_SERVER_TOKEN !== undefined && RESEND_API_KEY !== undefined) {
    const names = ["POSTMARK_SERVER_TOKEN", "RESEND_API_KEY"];
    throw new EnvError(names, "has the keys of two mail services; set only one");
  }
  const token = POSTMARK_SERVER_TOKEN ?? RESEND_API_KEY;
  if (token === undefined) {
    const internal = "Environment incomplete: POSTMARK_SERVER_TOKEN or RESEND_API_KEY";
    throw new ApiError("not_ready", { internal });
  }
  if (MAIL_FROM === undefined || !FROM.test(MAIL_FROM)) throw new EnvError(["MAIL_FROM"]);
  return RESEND_API_KEY === undefined
    ? { service: "postmark", send: sendByPostmark, token, home: POSTMARK_URL }
    : { service: "resend", send: sendByResend, token, home: RESEND_URL };
}

interface MailDependencies {
  readonly metrics: Metrics;
  readonly fetch?: typeof globalThis.fetch;
}

/** @throws as senderOf() */
export function createMail(
  env: MailEnv,
  { metrics, fetch = globalThis.fetch }: MailDependencies,
): Mail {
  const { service, send, token, home } = senderOf(env);
  const url = (env.MAIL_URL ?? home).replace(/\/+$/, "");
  const options = { fetch, url, token, from: env.MAIL_FROM! };
  const policy = createResiliencePolicy("mail", {
    isOutage: (error) =>
      error instanceof MailNotSent ? error.isOutage : !(error instanceof MailRefused),
    metrics,
  });
  return {
    service,
    knowsRepeats: service === "resend",
    send: (message) => policy.execute((signal) => send(options, message, signal)),
  };
}
