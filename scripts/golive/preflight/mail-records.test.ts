import { deepEqual } from "node:assert/strict";
import { judgeRecords, type MailRecords } from "./mail-records.ts";

const KEY = `k=rsa; p=${"A".repeat(216)}`;

const records = (more: Partial<MailRecords> = {}): MailRecords => ({
  spf: ["v=spf1 include:spf.mtasv.net ~all"],
  dkim: [KEY],
  dmarc: ["v=DMARC1; p=quarantine; rua=mailto:dmarc@shop.example"],
  returnPath: ["pm.mtasv.net"],
  ...more,
});

const judged = (more: Partial<MailRecords>) => {
  const { wrong, weak } = judgeRecords("postmark", records(more));
  return { wrong, weak };
};

Deno.test("a domain with all records is trusted", () => {
  deepEqual(judged({}), { wrong: [], weak: [] });
});

Deno.test("a domain without records lacks each of them", () => {
  deepEqual(judged({ spf: [], dkim: [], dmarc: [], returnPath: [] }), {
    wrong: ["no SPF or return path of postmark", "no DKIM key", "no DMARC record"],
    weak: ["bounces come from the service's own domain"],
  });
});

Deno.test("a return path of one's own is enough for SPF, and another service's is not", () => {
  deepEqual(judged({ spf: ["v=spf1 -all"] }).wrong, []);
  const other = { spf: ["v=spf1 include:_spf.google.com -all"], returnPath: [] };
  deepEqual(judged(other).wrong, ["no SPF or return path of postmark"]);
});

Deno.test("two SPF records count as none, and a revoked DKIM key is no key", () => {
  const spf = ["v=spf1 include:spf.mtasv.net ~all", "v=spf1 -all"];
  deepEqual(judged({ spf }).wrong, ["two SPF records: receivers then use neither"]);
  deepEqual(judged({ dkim: ["v=DKIM1; p="] }).wrong, ["no DKIM key"]);
});

Deno.test("a DMARC record that only reports is weak", () => {
  deepEqual(judged({ dmarc: ["v=DMARC1; p=none"] }), {
    wrong: [],
    weak: ["DMARC only reports (p=none)"],
  });
});
