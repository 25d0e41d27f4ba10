/** This machine's key, which signs its reports. */
import { SettingsError } from "../../project/project-settings.ts";
import { runFolder } from "./run-file.ts";

export const ALGORITHM = "Ed25519";

const keyFile = (): string => `${runFolder()}/key.json`;

export async function makePair(): Promise<CryptoKeyPair> {
  return await crypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]) as CryptoKeyPair;
}

/** @throws Error if the text is not a pair of keys that belong together */
async function pairIn(text: string): Promise<CryptoKeyPair> {
  const whole = JSON.parse(text) as JsonWebKey;
  const { d: _, key_ops: __, ...jwk } = whole;
  const [privateKey, publicKey] = await Promise.all([
    crypto.subtle.importKey("jwk", whole, ALGORITHM, false, ["sign"]),
    crypto.subtle.importKey("jwk", jwk, ALGORITHM, true, ["verify"]),
  ]);
  const probe = new Uint8Array(1);
  const signature = await crypto.subtle.sign(ALGORITHM, privateKey, probe);
  if (await crypto.subtle.verify(ALGORITHM, publicKey, signature, probe)) {
    return { privateKey, publicKey };
  }
  throw new Error("the two keys do not belong together");
}

/**
 * Returns undefined if there is no key yet.
 * @throws SettingsError if the file is damaged or can't be read
 */
export async function readKey(file = keyFile()): Promise<CryptoKeyPair | undefined> {
  const text = await Deno.readTextFile(file).catch((error: Error) => {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw new SettingsError(`The signing key can't be read: ${error.message}`);
  });
  if (text === undefined) return undefined;
  try {
    return await pairIn(text);
  } catch {
    // The parser's message may repeat a part of the key.
    throw new SettingsError(
      `${file} is not a signing key. Restore it from a copy, or move it away: the next run then makes ` +
        "a new key. Verify reports of the old key with --key FINGERPRINT.",
    );
  }
}

/** Writes the key whole or not at all. If another run has written its key first, that key stays. */
async function writeKey(file: string): Promise<void> {
  const { privateKey } = await makePair();
  const jwk = await crypto.subtle.exportKey("jwk", privateKey);
  const next = `${file}.${crypto.randomUUID()}`;
  await Deno.mkdir(runFolder(), { recursive: true });
  await Deno.writeTextFile(next, JSON.stringify(jwk), { mode: 0o600, createNew: true });
  try {
    // Deno.link, unlike a rename, fails if the file exists, so it does not replace a key.
    await Deno.link(next, file);
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
  } finally {
    await Deno.remove(next);
  }
}

/**
 * Returns the key of this machine. The first call makes the key, in a file that only its owner can
 * read.
 * @throws SettingsError if the file is damaged, or can't be read or written
 */
export async function ownKey(file = keyFile()): Promise<CryptoKeyPair> {
  const stored = await readKey(file);
  if (stored !== undefined) return stored;
  await writeKey(file).catch((error: Error) => {
    throw new SettingsError(`The signing key can't be written: ${error.message}`);
  });
  return await readKey(file) ?? await ownKey(file);
}
