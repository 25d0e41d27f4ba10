import { deepEqual, equal, match } from "node:assert/strict";
import { Buffer } from "node:buffer";
import { fileURLToPath } from "node:url";
import type { Report } from "../core/report.ts";
import { fingerprintOf, ownFingerprint, sign, type SignedReport } from "../core/sign.ts";
import { judgeReport } from "./verify-report.ts";

const MAIN = fileURLToPath(new URL("../main.ts", import.meta.url));

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

/** Calls the command as a person does. */
async function verify(text: string, ...more: string[]) {
  const file = await Deno.makeTempFile({ suffix: ".json" });
  await Deno.writeTextFile(file, text);
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", MAIN, "verify", file, ...more],
    env: { NO_COLOR: "1" },
  }).output();
  await Deno.remove(file);
  return { code, said: new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr) };
}

Deno.test("the command ends with 0 for a report that counts, else 1; 2 for no report", async () => {
  const other = await forged();
  const own = await verify(JSON.stringify(await sign(report)));
  deepEqual([own.code, /with a known key/.test(own.said)], [0, true], own.said);
  const theirs = await verify(JSON.stringify(other));
  deepEqual([theirs.code, /an unknown key/.test(theirs.said)], [1, true], theirs.said);
  const named = await verify(JSON.stringify(other), "--key", await fingerprintOf(other.publicKey));
  equal(named.code, 0, named.said);
  for (const text of ["", "{}", "[1]", "null"]) {
    const none = await verify(text);
    deepEqual([none.code, /is not a signed report/.test(none.said)], [2, true], none.said);
  }
});
