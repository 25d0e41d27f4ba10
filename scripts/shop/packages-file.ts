import type { z } from "zod";
import { PackagesFile } from "../../supabase/functions/_shared/contracts/settings/packages.ts";

/** A package of the file, with the defaults filled in. */
export type PackageTerms = z.output<typeof PackagesFile>["packages"][number];

/** The file cannot be used; the message names each wrong field. */
export class PackagesFileError extends Error {
  override name = "PackagesFileError";
}

/** Reads the packages of a file's text. @throws PackagesFileError */
export function readPackagesFile(text: string): PackageTerms[] {
  const parsed = PackagesFile.safeParse(parseJson(text));
  if (parsed.success) return parsed.data.packages;
  throw new PackagesFileError(
    parsed.error.issues.map(({ path, message }) => `  ${pathOf(path)}: ${message}`).join("\n"),
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new PackagesFileError(`  ${error instanceof Error ? error.message : error}`);
  }
}

/** Writes a path as a person would: `packages[1].prices[0].amount`. */
function pathOf(path: readonly PropertyKey[]): string {
  const text = path.map((part) => typeof part === "number" ? `[${part}]` : `.${String(part)}`);
  return text.join("").replace(/^\./, "") || "the file";
}
