/**
 * Signs reports with Ed25519, so that a reader can check that a report was not changed afterwards.
 */
import { Buffer } from "node:buffer";
import { SettingsError } from "../../project/project-settings.ts";
import type { Report } from "./report.ts";
import { ALGORITHM, makePair, ownKey, readKey } from "./sign-key.ts";

export interface SignedReport {
  readonly report: Report;
  /** The signature of the report's JSON text without spaces. */
  readonly signature: string;
  /** The public key proves nothing by itself: the reader must know its fingerprint. */
  readonly publicKey: string;
}

const base64 = (bytes: ArrayBuffer) => Buffer.from(bytes).toString("base64");
const bytesOf = (report: Report) => new TextEncoder().encode(JSON.stringify(report));

/**
 * The key of this run. It is loaded before the run pays, because a paid run must be able to sign
 * its report.
 */
let loaded: CryptoKeyPair | undefined;

/**
 * Loads the key of this machine before the first step. If the key can't be loaded, an urgent run
 * goes on with a new key.
 * @returns the reason why a new key signs the run; undefined if this machine's key was loaded
 * @throws SettingsError if the run is not urgent, and the key's file is damaged or can't be read or
 *   written
 */
export async function loadKey(isUrgent: boolean, file?: string): Promise<string | undefined> {
  try {
    loaded = await ownKey(file);
    return undefined;
  } catch (error) {
    if (!isUrgent || !(error instanceof SettingsError)) throw error;
    loaded = await makePair();
    return error.message;
  }
}

export async function sign(report: Report): Promise<SignedReport> {
  const { privateKey, publicKey } = loaded ?? await ownKey();
  const [signature, raw] = await Promise.all([
    crypto.subtle.sign(ALGORITHM, privateKey, bytesOf(report)),
    crypto.subtle.exportKey("raw", publicKey),
  ]);
  return { report, signature: base64(signature), publicKey: base64(raw) };
}

/** The SHA-256 hash of a public key in hex digits, which a person can compare. */
export async function fingerprintOf(publicKey: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", Buffer.from(publicKey, "base64"));
  return Buffer.from(digest).toString("hex");
}

/**
 * Returns this machine's fingerprint; undefined if the machine has no key yet.
 * @throws SettingsError if the key's file is damaged or can't be read
 */
export async function ownFingerprint(file?: string): Promise<string | undefined> {
  const stored = await readKey(file);
  if (stored === undefined) return undefined;
  return await fingerprintOf(base64(await crypto.subtle.exportKey("raw", stored.publicKey)));
}

/**
 * Returns whether the report is unchanged since it was signed with the key that it contains. Anyone
 * can sign a report with their own key, so also compare the fingerprint with one that you know.
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
