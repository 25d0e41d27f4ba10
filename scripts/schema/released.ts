/**
 * supabase/released.json lists the migrations of past releases, each with its hash. Projects have
 * applied them, and the CLI never applies a version twice, so these files must not change.
 */
import { createHash } from "node:crypto";

/** The SHA-256 of each released file by its name. Empty before the first release. */
export type Released = Readonly<Record<string, string>>;

/** The texts of supabase/migrations by file name. */
export type Written = ReadonlyMap<string, string>;

const FOLDER = "supabase/migrations";
const NAME = /^(\d{14})_(farthing_\w+)\.sql$/;

const hashOf = (text: string) => createHash("sha256").update(text).digest("hex");

/** @param root the repository's path, with a trailing slash */
export async function readReleased(root: string): Promise<Released> {
  return JSON.parse(await Deno.readTextFile(`${root}supabase/released.json`));
}

export async function readWritten(root: string): Promise<Written> {
  const names: string[] = [];
  for await (const { name } of Deno.readDir(root + FOLDER)) names.push(name);
  return new Map(
    await Promise.all(
      names.sort().map(async (name) =>
        [name, await Deno.readTextFile(`${root}${FOLDER}/${name}`)] as const
      ),
    ),
  );
}

/** Returns the content of supabase/released.json after a release of these files. */
export function release(written: Written): Released {
  return Object.fromEntries([...written].map(([name, text]) => [name, hashOf(text)]));
}

/** Returns the names of files that are not released yet, in their order. */
export function unreleased(released: Released, written: Written): string[] {
  return [...written.keys()].filter((name) => !(name in released));
}

/** The CLI identifies and orders migrations by these 14 digits. */
const versionOf = (file: string) => file.slice(0, 14);

/** Returns the changes that break projects with released migrations, one line each. */
export function brokenReleases(released: Released, written: Written): string[] {
  const last = Object.keys(released).sort().at(-1) ?? "";
  const broken = Object.entries(released).flatMap(([name, hash]) => {
    const text = written.get(name);
    const what = text === undefined ? "is gone" : hashOf(text) !== hash ? "has changed" : undefined;
    return what
      ? [`${FOLDER}/${name} is released and ${what}: restore it, and write a new migration`]
      : [];
  });
  const early = unreleased(released, written).flatMap((name, at, fresh) => {
    const before = [last, ...fresh.slice(0, at)].sort().at(-1)!;
    if (versionOf(name) > versionOf(before)) return [];
    return [`${FOLDER}/${name} is not later than ${before}: give it a later time`];
  });
  return [...broken, ...early];
}

/**
 * Returns the files with an invalid name, one line each. An app has migrations of its own beside
 * ours, so our names begin with `farthing_`; and uninstall.sql must name each of ours to remove its
 * record.
 */
export function badNames(written: Written, uninstall: string): string[] {
  return [...written.keys()].flatMap((file) => {
    const name = NAME.exec(file)?.[2];
    if (!name) return [`${FOLDER}/${file} is not named <14 digits>_farthing_<subject>.sql`];
    if (uninstall.includes(`'${name}'`)) return [];
    return [`supabase/uninstall.sql does not name ${name}, a migration: add it there`];
  });
}
