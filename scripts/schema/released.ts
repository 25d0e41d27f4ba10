/**
 * supabase/released.json lists the migrations of past releases, each with its hash. These files
 * must not change: projects have applied them, and the CLI never applies the same version twice.
 */
import { createHash } from "node:crypto";

/** The SHA-256 hash of each released file, by file name. Empty before the first release. */
export type Released = Readonly<Record<string, string>>;

/** The texts of the files in supabase/migrations, by file name. */
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

/** Returns the content of supabase/released.json after these files are released. */
export function release(written: Written): Released {
  return Object.fromEntries([...written].map(([name, text]) => [name, hashOf(text)]));
}

/** Returns the names of files that are not released yet, in their order. */
export function unreleased(released: Released, written: Written): string[] {
  return [...written.keys()].filter((name) => !(name in released));
}

/** The first 14 digits of a file's name. The CLI identifies and orders migrations by them. */
const versionOf = (file: string) => file.slice(0, 14);

/** Returns one line for each change that would break a project with the released migrations. */
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
 * Returns the files with an invalid name, and those that uninstall.sql does not name, one line
 * each. Our names must begin with `farthing_`, because an app has migrations of its own in the same
 * folder. uninstall.sql must name each migration, because it removes the records of the migrations
 * by name.
 */
export function badNames(written: Written, uninstall: string): string[] {
  return [...written.keys()].flatMap((file) => {
    const name = NAME.exec(file)?.[2];
    if (!name) return [`${FOLDER}/${file} is not named <14 digits>_farthing_<subject>.sql`];
    if (uninstall.includes(`'${name}'`)) return [];
    return [`supabase/uninstall.sql does not name ${name}, a migration: add it there`];
  });
}
