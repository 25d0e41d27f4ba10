import type { z } from "zod";
import {
  type PackageSettings,
  PackagesFile,
} from "../../supabase/functions/_shared/contracts/settings/packages.ts";

/** The path of the JSON Schema, relative to the repository's root folder. */
const SCHEMA = "./docs/reference/api/packages.schema.json";

/** A package of the file, with default values for fields that the file omits. */
export type PackageTerms = z.output<typeof PackagesFile>["packages"][number];

/** The file cannot be used. The message names each wrong field. */
export class PackagesFileError extends Error {
  override name = "PackagesFileError";
}

/** The file cannot be read or written. The message names it and says why. */
export class FileAccessError extends Error {
  override name = "FileAccessError";
}

/** Returns the text of a file. @throws FileAccessError */
export async function readText(file: string): Promise<string> {
  return await Deno.readTextFile(file).catch((error: Error) => {
    const reason = error instanceof Deno.errors.NotFound ? "it does not exist." : error.message;
    throw new FileAccessError(`${file} can't be read: ${reason}`);
  });
}

/**
 * Writes a new file. A file that exists is not overwritten, because it may have changes that were
 * not pushed yet.
 * @throws FileAccessError
 */
export async function writeNewFile(file: string, text: string): Promise<void> {
  await Deno.writeTextFile(file, text, { createNew: true }).catch((error: Error) => {
    const reason = error instanceof Deno.errors.AlreadyExists
      ? "it exists, and may have changes that were not pushed. Delete it, or name a new file."
      : error.message;
    throw new FileAccessError(`${file} can't be written: ${reason}`);
  });
}

/** Reads the packages of a file's text. @throws PackagesFileError */
export function readPackagesFile(text: string): PackageTerms[] {
  const parsed = PackagesFile.safeParse(parseJson(text));
  if (parsed.success) return parsed.data.packages;
  throw new PackagesFileError(
    parsed.error.issues.map(({ path, message }) => `  ${pathOf(path)}: ${message}`).join("\n"),
  );
}

/**
 * Returns the text of a file with the packages that are on sale now or will be on sale later.
 * Pushing this file changes nothing.
 */
export function writePackagesFile(settings: z.output<typeof PackageSettings>): string {
  const onSale = settings.packages.filter(({ active }) => active);
  const slugs = new Set(onSale.map(({ slug }) => slug));
  // For a package on sale, the file omits planned versions, because a push does not change them.
  // But a push retires each package that the file lacks, so the file includes a package that has
  // only planned versions.
  const planned = settings.scheduled.filter(({ slug, active }) => {
    const isNew = active && !slugs.has(slug);
    slugs.add(slug);
    return isNew;
  });
  const packages = [...onSale, ...planned].map((each, index) => ({
    slug: each.slug,
    name: each.name,
    ...(each.description !== null && { description: each.description }),
    ...(each.highlight && { highlight: true }),
    ...(each.sort !== 0 && { sort: each.sort }),
    credits: each.credits,
    ...(each.bonus_credits !== "0" && { bonus_credits: each.bonus_credits }),
    prices: each.prices,
    ...(index >= onSale.length && { effective_from: each.effective_from }),
  }));
  return `${JSON.stringify({ $schema: SCHEMA, packages }, null, 2)}\n`;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new PackagesFileError(`  ${error instanceof Error ? error.message : error}`);
  }
}

/** Formats a path for an error message: `packages[1].prices[0].amount`. */
function pathOf(path: readonly PropertyKey[]): string {
  const text = path.map((part) => typeof part === "number" ? `[${part}]` : `.${String(part)}`);
  return text.join("").replace(/^\./, "") || "the file";
}
