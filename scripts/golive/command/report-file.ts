/** Writes the signed report. A paid run must not lose its evidence because of a wrong path. */
import { printError } from "@farthing/command-line";
import { SettingsError } from "../../project/project-settings.ts";
import { runFolder } from "../core/run-file.ts";
import type { SignedReport } from "../core/sign.ts";

/** Returns whether a report may replace this text. The text must be empty or be a report itself. */
function isReplaceable(text: string): boolean {
  if (text === "") return true;
  try {
    const { report, signature } = JSON.parse(text);
    return report.version === 1 && typeof report.run === "string" && typeof signature === "string";
  } catch {
    return false;
  }
}

/**
 * Checks that the file can be written. Is called before the first step, when nothing has been paid.
 * @throws SettingsError if it can't be written, or if it exists and is not a report
 */
export async function reserveReport(file: string | undefined): Promise<void> {
  if (file === undefined) return;
  try {
    (await Deno.open(file, { createNew: true, write: true })).close();
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) {
      throw new SettingsError(
        `--report ${file} can't be written (${(error as Error).message}): name another file.`,
      );
    }
    const text = await Deno.readTextFile(file).catch(() => undefined);
    if (text === undefined || !isReplaceable(text)) {
      throw new SettingsError(`--report ${file} exists, and is not a report: name another file.`);
    }
  }
}

/**
 * Writes the report to the named file. If no file is named, or the named file can't be written,
 * writes to the default folder. If that fails too, writes to a temporary file. Returns the path of
 * the written file.
 */
export async function writeReport(named: string | undefined, signed: SignedReport) {
  const { command, run } = signed.report;
  // The file's name contains the time, because a resumed run writes several reports. An earlier
  // NO-GO is evidence, too, and must not be overwritten.
  const at = signed.report.endedAt.replace(/[-:]|\.\d+/g, "");
  const file = `${runFolder()}/report-${command}-${at}-${run}.json`;
  const text = `${JSON.stringify(signed, null, 2)}\n`;
  if (named !== undefined) {
    try {
      await Deno.writeTextFile(named, text);
      return named;
    } catch (error) {
      printError(`--report ${named} can't be written: ${(error as Error).message}`);
    }
  }
  try {
    await Deno.mkdir(runFolder(), { recursive: true });
    await Deno.writeTextFile(file, text);
    return file;
  } catch (error) {
    printError(`${file} can't be written: ${(error as Error).message}`);
  }
  const elsewhere = await Deno.makeTempFile({ prefix: `report-${command}-`, suffix: ".json" });
  await Deno.writeTextFile(elsewhere, text);
  return elsewhere;
}
