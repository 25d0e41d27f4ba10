/** Sends one claimed notice, and notes what became of it. */
import type { AlertData } from "../../adapters/webhook/alert-data.ts";
import { AlertRefused } from "../../adapters/webhook/webhook.ts";
import type { NoticeToSend, NotSentOutcome } from "../../contracts/database/results/notices.ts";
import { ApiError } from "../../core/errors.ts";
import { type Mail, MailNotSent, MailRefused } from "../../adapters/mail/mail.ts";
import { BreakerOpen } from "../../resilience/guard.ts";
import type { Services } from "../../http/app-services.ts";
import { alertOf } from "./alert-of.ts";
import type { Operators } from "../../adapters/webhook/operators.ts";
import { BadNotice, renderNotice } from "./render-notice.ts";

/** What notices go out by; no mail where none is configured, and then none is claimed. */
export interface Ways {
  readonly mail: Mail | null;
  readonly operators: Operators;
}

/** Nobody can be told: no address, or no webhook. */
class NoRecipient extends Error {}

interface Failure {
  readonly outcome: NotSentOutcome;
  readonly code: string;
}

/** None where nobody can be told. */
function addressesOf({ recipient, address }: NoticeToSend, { emails }: Operators) {
  return recipient === "operators" ? emails : address === null ? [] : [address];
}

async function postToOperators(notice: NoticeToSend, { postAlert }: Operators): Promise<null> {
  if (postAlert === null) throw new NoRecipient();
  await postAlert({ id: notice.notice_id, data: alertOf(notice.template, notice.data) });
  return null;
}

/** An alert's runbook is a path in the database; a reader of mail wants a link. */
function dataFor({ template, data }: NoticeToSend, { runbookLink }: Operators): unknown {
  if (template !== "alert") return data;
  const alert = data as AlertData;
  return { ...alert, runbook: runbookLink(String(alert.runbook)) };
}

/** Resolves with the service's id for it, where it gives one. */
async function send(notice: NoticeToSend, { mail, operators }: Ways): Promise<string | null> {
  if (notice.recipient === "webhook") return await postToOperators(notice, operators);
  const to = addressesOf(notice, operators);
  if (mail === null || to.length === 0) throw new NoRecipient();
  const content = renderNotice(notice.template, dataFor(notice, operators));
  return await mail.send({ ...content, to, tag: notice.template, key: notice.notice_id });
}

/** What nobody knows is asked again only where a repeat is known by its key. */
function failureOf(error: unknown, knowsRepeats: boolean): Failure {
  if (error instanceof NoRecipient) return { outcome: "never", code: "no_recipient" };
  if (error instanceof BadNotice) return { outcome: "never", code: "bad_data" };
  if (error instanceof MailRefused || error instanceof AlertRefused) {
    return { outcome: "never", code: "refused" };
  }
  if (error instanceof BreakerOpen) return { outcome: "not_asked", code: "not_asked" };
  if (error instanceof MailNotSent) return { outcome: "again", code: "not_sent" };
  return { outcome: knowsRepeats ? "again" : "unknown", code: "no_answer" };
}

function detailOf(error: unknown): string {
  if (error instanceof ApiError) return error.internal ?? error.code;
  return error instanceof Error ? error.message : "an error";
}

export type Outcome = "sent" | NotSentOutcome;

export async function sendNotice(
  services: Services,
  ways: Ways,
  notice: NoticeToSend,
): Promise<Outcome> {
  const { database, log, metrics } = services;
  const claim = { p_notice_id: notice.notice_id, p_lease_id: notice.lease_id };
  const channel = notice.recipient === "webhook" ? "webhook" : "email";
  // Whoever can rewrite the database can't rewrite the functions' log.
  if (notice.template === "anchor") log("info", "anchor", { head: JSON.stringify(notice.data) });
  let provider: string | null;
  try {
    provider = await send(notice, ways);
  } catch (error) {
    const knowsRepeats = channel === "webhook" || ways.mail?.knowsRepeats === true;
    const { outcome, code } = failureOf(error, knowsRepeats);
    const { notice_id, template } = notice;
    log("warn", "notice not sent", { notice_id, template, outcome, detail: detailOf(error) });
    metrics.count("notices", { channel, outcome });
    const p_retry_after = error instanceof ApiError ? error.retryAfterSeconds : undefined;
    await database.rpc("notices_failed", {
      ...claim,
      p_outcome: outcome,
      p_error: code,
      p_retry_after,
    });
    return outcome;
  }
  metrics.count("notices", { channel, outcome: "sent" });
  await database.rpc("notices_sent", { ...claim, p_provider_id: provider ?? undefined });
  return "sent";
}
