/**
 * `golive verify`: checks that a report is unchanged, and signed with a key that the reader knows.
 */
import pc from "picocolors";
import { print } from "@farthing/command-line";
import { SettingsError } from "../../project/project-settings.ts";
import { fingerprintOf, isGenuine, ownFingerprint, type SignedReport } from "../core/sign.ts";

export type Judgement = "changed" | "unknown key" | "genuine";

/** @param known the fingerprint to trust; by default the fingerprint of this machine's key */
export async function judgeReport(
  signed: SignedReport,
  known: string | undefined,
): Promise<Judgement> {
  if (!await isGenuine(signed).catch(() => false)) return "changed";
  const trusted = known ?? await ownFingerprint();
  return trusted === await fingerprintOf(signed.publicKey) ? "genuine" : "unknown key";
}

const WORDS: Readonly<Record<Judgement, string>> = {
  "changed": pc.red("The report was changed after it was signed. Do not trust it."),
  "unknown key": pc.red(
    "The report is signed with an unknown key, and anyone can make a key. Ask the signer for the " +
      "fingerprint, and pass it with --key.",
  ),
  "genuine": pc.green("The report is unchanged, and signed with a known key."),
};

/** @throws SettingsError if the file can't be read, or is not a signed report */
async function readReport(file: string): Promise<SignedReport> {
  const text = await Deno.readTextFile(file).catch((error: Error) => {
    throw new SettingsError(`${file} can't be read: ${error.message}`);
  });
  try {
    const { report, signature, publicKey } = JSON.parse(text) as Partial<SignedReport>;
    if (report && signature && publicKey) return { report, signature, publicKey };
  } catch {
    // A file that is not JSON gets the same error as JSON that is not a report.
  }
  throw new SettingsError(`${file} is not a signed report: name a file that golive has written.`);
}

/** Prints the judgement and the fingerprint. Returns whether the report can be trusted. */
export async function verifyReport(file: string, known: string | undefined): Promise<boolean> {
  const signed = await readReport(file);
  const judgement = await judgeReport(signed, known?.toLowerCase());
  print(WORDS[judgement]);
  if (judgement !== "changed") print(`Fingerprint: ${await fingerprintOf(signed.publicKey)}`);
  return judgement === "genuine";
}
