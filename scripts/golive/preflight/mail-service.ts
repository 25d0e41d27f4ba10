/**
 * Checks that the service that sends the receipts can be reached, and that Postmark accepts the
 * token.
 */
import { POSTMARK_URL } from "../../../supabase/functions/_shared/adapters/mail/postmark.ts";
import { RESEND_URL } from "../../../supabase/functions/_shared/adapters/mail/resend.ts";
import type { GoLiveStep } from "../command/context.ts";
import type { Project } from "../command/project.ts";
import { failed, found, skipped } from "../core/step.ts";

interface Service {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Returns a request that sends no email. The request to Resend carries no key, because a key that
 * may only send emails would make Resend refuse this request.
 */
function serviceOf({ settings: { values } }: Project): Service | undefined {
  const { MAIL_URL, POSTMARK_SERVER_TOKEN: token, RESEND_API_KEY: key } = values;
  const home = MAIL_URL || (token ? POSTMARK_URL : key ? RESEND_URL : undefined);
  if (home === undefined) return undefined;
  const url = home.replace(/\/+$/, "");
  return token
    ? {
      url: `${url}/server`,
      headers: { "accept": "application/json", "x-postmark-server-token": token },
    }
    : { url, headers: {} };
}

const REFUSED = [401, 403];

export const mailService: GoLiveStep = {
  code: "preflight.mail-service",
  title: "Does the mail service answer?",
  source: "project",
  async run({ project }) {
    const service = serviceOf(project);
    if (service === undefined) return skipped("the settings name no mail service");
    const { url, headers } = service;
    const { host } = new URL(url);
    // If fetch followed a redirect, it would send the token to another address.
    const init = { headers, redirect: "error" as const, signal: AbortSignal.timeout(15_000) };
    const response = await fetch(url, init)
      .catch((error: Error) => error);
    const wait = "Receipts wait until the mail service answers: look at its status page.";
    if (response instanceof Error) return failed(`${host} can't be reached`, wait);
    await response.body?.cancel();
    const evidence = `${host} answers ${response.status}`;
    if (response.status >= 500) return failed(evidence, wait);
    return REFUSED.includes(response.status) && Object.keys(headers).length > 0
      ? failed(
        `${evidence}: it refuses the token`,
        "Set POSTMARK_SERVER_TOKEN to an API token of your Postmark server, then deploy the secrets again.",
      )
      : found(evidence);
  },
};
