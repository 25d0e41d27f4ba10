/** Judges the DNS records of the domain that sends emails. */

export interface MailRecords {
  /** TXT records of the domain itself. */
  readonly spf: readonly string[];
  readonly dkim: readonly string[];
  readonly dmarc: readonly string[];
  /** The CNAME, MX and TXT records of the return path; empty if DNS does not know its name. */
  readonly returnPath: readonly string[];
}

export type MailService = "postmark" | "resend";

const INCLUDES: Readonly<Record<MailService, RegExp>> = {
  postmark: /include:spf\.mtasv\.net|pm\.mtasv\.net/,
  resend: /include:(amazonses\.com|_spf\.resend\.com)/,
};

export interface Verdict {
  readonly lines: readonly string[];
  /** Missing or wrong records that often make receivers refuse the emails. */
  readonly wrong: readonly string[];
  /** Weak records: they make emails less likely to arrive, but do not prevent it. */
  readonly weak: readonly string[];
}

function policyOf(dmarc: string | undefined): string | undefined {
  return /;\s*p=(none|quarantine|reject)/i.exec(dmarc ?? "")?.[1]?.toLowerCase();
}

export function judgeRecords(service: MailService, records: MailRecords): Verdict {
  const spf = records.spf.filter((text) => /^v=spf1\b/i.test(text));
  const dkim = records.dkim.find((text) => /(^|;)\s*p=[A-Za-z0-9+/]{40,}/.test(text));
  const dmarc = records.dmarc.find((text) => /^v=DMARC1\b/i.test(text));
  const policy = policyOf(dmarc);
  const isOwnPath = records.returnPath.length > 0;
  const includes = [...spf, ...records.returnPath].some((text) => INCLUDES[service].test(text));
  const lines = [
    `SPF: ${spf.length === 0 ? "none" : spf.join("; ")}`,
    `DKIM: ${dkim === undefined ? "none" : "a key is published"}`,
    `DMARC: ${dmarc ?? "none"}`,
    `return path: ${isOwnPath ? records.returnPath.join("; ") : "none on this domain"}`,
  ];
  const wrong = [
    ...(spf.length > 1 ? ["two SPF records: receivers then use neither"] : []),
    ...(includes ? [] : [`no SPF or return path of ${service}`]),
    ...(dkim === undefined ? ["no DKIM key"] : []),
    ...(dmarc === undefined ? ["no DMARC record"] : []),
  ];
  const weak = [
    ...(policy === "none" ? ["DMARC only reports (p=none)"] : []),
    ...(isOwnPath ? [] : ["bounces come from the service's own domain"]),
  ];
  return { lines, wrong, weak };
}
