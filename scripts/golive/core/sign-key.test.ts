import { deepEqual, doesNotMatch, equal, match, notEqual, rejects } from "node:assert/strict";
import { SettingsError } from "../../project/project-settings.ts";
import type { Report } from "./report.ts";
import { fingerprintOf, isGenuine, loadKey, ownFingerprint, sign } from "./sign.ts";
import { ownKey } from "./sign-key.ts";

const report = { version: 1, verdict: "GO" } as Report;

/** Calls `use` with the path of a key that does not exist yet, and with its folder. */
async function withFile(use: (file: string, folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await use(`${folder}/key.json`, folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
    await loadKey(false);
  }
}

const rawOf = async ({ publicKey }: CryptoKeyPair) =>
  new Uint8Array(await crypto.subtle.exportKey("raw", publicKey)).toHex();

Deno.test("two first runs at once make one key, which only its owner can read", () =>
  withFile(async (file, folder) => {
    const keys = await Promise.all([1, 2, 3, 4].map(() => ownKey(file)));
    equal(new Set(await Promise.all(keys.map(rawOf))).size, 1);
    deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name), ["key.json"]);
    if (Deno.build.os !== "windows") equal((await Deno.stat(file)).mode! & 0o777, 0o600);
  }));

Deno.test("a damaged key is an error that names the file, and never a part of the key", () =>
  withFile(async (file) => {
    await ownKey(file);
    const whole = await Deno.readTextFile(file);
    const other = await crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"]);
    const { x } = await crypto.subtle.exportKey("jwk", (other as CryptoKeyPair).publicKey);
    const { d } = JSON.parse(whole) as { d: string };
    const mixed = JSON.stringify({ ...JSON.parse(whole), x });
    for (const text of ["", "{}", "null", whole.slice(0, -9), mixed]) {
      await Deno.writeTextFile(file, text);
      const isRefused = (error: Error) => {
        equal(error instanceof SettingsError, true, text);
        match(error.message, /key\.json is not a signing key\. Restore it/);
        doesNotMatch(error.message, new RegExp(d));
        return true;
      };
      await rejects(() => loadKey(false, file), isRefused);
      await rejects(() => ownFingerprint(file), isRefused);
      equal(await Deno.readTextFile(file), text, "the file stays for a person to look at");
    }
  }));

Deno.test("an urgent run signs with a key of its own, and says why", () =>
  withFile(async (file) => {
    await Deno.writeTextFile(file, "");
    match(await loadKey(true, file) ?? "", /is not a signing key/);
    const signed = await sign(report);
    equal(await isGenuine(signed), true);
    notEqual(await fingerprintOf(signed.publicKey), await ownFingerprint());
  }));

Deno.test("a key that is damaged during the run does not cost the report", () =>
  withFile(async (file) => {
    equal(await loadKey(false, file), undefined);
    const fingerprint = await ownFingerprint(file);
    await Deno.writeTextFile(file, "");
    equal(await fingerprintOf((await sign(report)).publicKey), fingerprint);
  }));
