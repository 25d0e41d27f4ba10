import { deepEqual, equal, match } from "node:assert/strict";
import { Buffer } from "node:buffer";
import type { Report } from "../core/report.ts";
import { fingerprintOf, ownFingerprint, sign, type SignedReport } from "../core/sign.ts";
import { judgeReport } from "./verify-report.ts";

const report = { version: 1, verdict: "GO" } as Report;

/** A report that somebody else has signed with a key of their own. */
async function forged(): Promise<SignedReport> {
  const keys = await crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"]);
  const { privateKey, publicKey } = keys as CryptoKeyPair;
  const bytes = new TextEncoder().encode(JSON.stringify(report));
  const [signature, raw] = await Promise.all([
    crypto.subtle.sign("Ed25519", privateKey, bytes),
    crypto.subtle.exportKey("raw", publicKey),
  ]);
  const text = (part: ArrayBuffer) => Buffer.from(part).toString("base64");
  return { report, signature: text(signature), publicKey: text(raw) };
}

Deno.test("a report counts if it is unchanged and this machine, or a named key, has signed it", async () => {
  const own = await sign(report);
  const other = await forged();
  const fingerprint = await fingerprintOf(other.publicKey);
  const changed = { ...own, report: { ...report, verdict: "NO-GO" as const } };
  deepEqual(
    [
      await judgeReport(own, undefined),
      await judgeReport(other, undefined),
      await judgeReport(other, fingerprint),
      await judgeReport(own, fingerprint),
      await judgeReport(changed, undefined),
    ],
    ["genuine", "unknown key", "genuine", "unknown key", "changed"],
  );
  match(fingerprint, /^[0-9a-f]{64}$/);
  equal(await ownFingerprint(), await fingerprintOf(own.publicKey));
});
