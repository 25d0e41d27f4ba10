/** Signs reports with Ed25519, so that a reader can tell whether one was changed afterwards. */
import { Buffer } from "node:buffer";
import { runFolder } from "./run-file.ts";
import type { Report } from "./report.ts";

const ALGORITHM = "Ed25519";

export interface SignedReport {
  readonly report: Report;
  /** Of the report's text as JSON without spaces. */
  readonly signature: string;
  /** It proves nothing by itself: its fingerprint must be a known one. */
  readonly publicKey: string;
}

const base64 = (bytes: ArrayBuffer) => Buffer.from(bytes).toString("base64");
const bytesOf = (report: Report) => new TextEncoder().encode(JSON.stringify(report));

/** Returns the key of this machine. The first call makes it; only its owner can read the file. */
async function keyPair(): Promise<CryptoKeyPair> {
  const file = `${runFolder()}/key.json`;
  const stored = await Deno.readTextFile(file).catch(() => undefined);
  if (stored === undefined) {
    const made = await crypto.subtle.generateKey(ALGORITHM, true, [
      "sign",
      "verify",
    ]) as CryptoKeyPair;
    const jwk = await crypto.subtle.exportKey("jwk", made.privateKey);
    await Deno.mkdir(runFolder(), { recursive: true });
    await Deno.writeTextFile(file, JSON.stringify(jwk), { mode: 0o600 });
    return made;
  }
  const { d: _, key_ops: __, ...jwk } = JSON.parse(stored) as JsonWebKey;
  const [privateKey, publicKey] = await Promise.all([
    crypto.subtle.importKey("jwk", JSON.parse(stored), ALGORITHM, false, ["sign"]),
    crypto.subtle.importKey("jwk", jwk, ALGORITHM, true, ["verify"]),
  ]);
  return { privateKey, publicKey };
}

export async function sign(report: Report): Promise<SignedReport> {
  const { privateKey, publicKey } = await keyPair();
  const [signature, raw] = await Promise.all([
    crypto.subtle.sign(ALGORITHM, privateKey, bytesOf(report)),
    crypto.subtle.exportKey("raw", publicKey),
  ]);
  return { report, signature: base64(signature), publicKey: base64(raw) };
}

/** A short name of a public key, which a person can compare. */
export async function fingerprintOf(publicKey: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", Buffer.from(publicKey, "base64"));
  return Buffer.from(digest).toString("hex");
}

/** Returns this machine's fingerprint; undefined if it has not signed yet. */
export async function ownFingerprint(): Promise<string | undefined> {
  const stored = await Deno.readTextFile(`${runFolder()}/key.json`).catch(() => undefined);
  if (stored === undefined) return undefined;
  const { x = "" } = JSON.parse(stored) as JsonWebKey;
  return await fingerprintOf(Buffer.from(x, "base64url").toString("base64"));
}

/**
 * Returns whether the report is the one that was signed with the key in it. Anyone can put a key of
 * their own there: compare its fingerprint with one that you know.
 */
export async function isGenuine({ report, signature, publicKey }: SignedReport): Promise<boolean> {
  const raw = Buffer.from(publicKey, "base64");
  const key = await crypto.subtle.importKey("raw", raw, ALGORITHM, true, ["verify"]);
  return await crypto.subtle.verify(
    ALGORITHM,
    key,
    Buffer.from(signature, "base64"),
    bytesOf(report),
  );
}
