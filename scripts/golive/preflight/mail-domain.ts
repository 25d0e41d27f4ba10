/** Checks that the sender's domain has the DNS records that make receivers trust its emails. */
import { Resolver } from "node:dns/promises";
import type { GoLiveStep } from "../command/context.ts";
import type { Project } from "../command/project.ts";
import { failed, found, skipped, warning } from "../core/step.ts";
import { judgeRecords, type MailRecords, type MailService } from "./mail-records.ts";

const EXAMPLE = /(^|\.)(example\.(com|net|org)|example|test|invalid|localhost)$/;

const SELECTOR = "MAIL_DKIM_SELECTOR";

/** The names of each service's DNS records. They are subdomains of the sender's domain. */
const NAMES: Readonly<Record<MailService, { selector: string; returnPath: string }>> = {
  postmark: { selector: "pm", returnPath: "pm-bounces" },
  resend: { selector: "resend", returnPath: "send" },
};

interface Sender {
  readonly domain: string;
  readonly service: MailService;
}

function senderOf({ settings: { values } }: Project): Sender | undefined {
  const domain = /@([^@>\s]+)>?\s*$/.exec(values["MAIL_FROM"] ?? "")?.[1]?.toLowerCase();
  if (domain === undefined) return undefined;
  return { domain, service: values["POSTMARK_SERVER_TOKEN"] ? "postmark" : "resend" };
}

const NOT_THERE = ["ENOTFOUND", "ENODATA"];

/**
 * Returns the DNS records that `look` finds; empty if the name has none.
 * @throws Error if no name server answers
 */
async function recordsOf(look: () => Promise<readonly unknown[]>): Promise<string[]> {
  try {
    return (await look()).map((each) => Array.isArray(each) ? each.join("") : String(each));
  } catch (error) {
    if (NOT_THERE.includes(String((error as { code?: unknown }).code))) return [];
    throw error;
  }
}

async function readRecords({ domain, service }: Sender, selector: string): Promise<MailRecords> {
  const dns = new Resolver({ timeout: 5000, tries: 2 });
  const path = `${NAMES[service].returnPath}.${domain}`;
  const txt = (name: string) => recordsOf(() => dns.resolveTxt(name));
  const key = `${selector}._domainkey.${domain}`;
  const mx = await recordsOf(async () =>
    (await dns.resolveMx(path)).map(({ exchange }) => exchange)
  );
  return {
    spf: await txt(domain),
    dkim: await txt(key),
    dmarc: await txt(`_dmarc.${domain}`),
    returnPath: [...await recordsOf(() => dns.resolveCname(path)), ...mx, ...await txt(path)],
  };
}

export const mailDomain: GoLiveStep = {
  code: "preflight.mail-domain",
  title: "Do receivers trust the sender's domain (SPF, DKIM, DMARC, return path)?",
  source: "project",
  async run({ project }) {
    const sender = senderOf(project);
    if (sender === undefined) return skipped("MAIL_FROM is not set in the settings");
    const { domain, service } = sender;
    if (EXAMPLE.test(domain)) {
      const evidence = `${domain} is an example domain, which can't send emails`;
      return project.isLocal
        ? skipped(evidence)
        : failed(evidence, "Set MAIL_FROM to an address of your own domain, and deploy it.");
    }
    const selector = project.settings.values[SELECTOR] || NAMES[service].selector;
    const records = await readRecords(sender, selector).catch((error: Error) => error);
    if (records instanceof Error) return skipped(`no name server answers: ${records.message}`);
    const { lines, wrong, weak } = judgeRecords(service, records);
    const evidence = [`${domain}, sent by ${service}, DKIM selector ${selector}`, ...lines];
    if (wrong.length > 0) {
      const fix =
        `Add the DNS records that ${service} shows for the domain. If the domain's DKIM key has ` +
        `another selector, set ${SELECTOR} to that selector.`;
      return failed([...evidence, ...wrong], fix);
    }
    return weak.length === 0 ? found(evidence) : warning(
      [...evidence, ...weak],
      "Add a return path on your own domain, and later set the DMARC policy to p=quarantine.",
    );
  },
};
