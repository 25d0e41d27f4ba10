/** Finds small files of the product that could be merged into the only file that uses them. */
import { dirname } from "node:path/posix";
import { type Module, modulesOf, servesTests } from "../sources/modules.ts";
import { type Finding, isTest, type Rule, type Source } from "../sources/source.ts";

/** A file with fewer lines needs a reason in REASONS. */
const MIN_LINES = 20;

const PRODUCT = /^(?:supabase\/(?:functions|schemas)|packages|apps\/[^/]+\/src|scripts)\//;

/**
 * Names that the kind of folder prescribes. Files with these names stay separate even if they are
 * small: entry points, the public interface of a package or a folder, and the parts of a schema.
 */
const FIXED = /\/(?:index|app|mod|main|seed|routes|methods)\.tsx?$|\/(?:api|tables|triggers)\.sql$/;

/** Small files that only one file of their folder uses, each with the reason why it stands alone. */
const REASONS: Readonly<Record<string, string>> = {
  "apps/console/src/read-project.ts": "check-project.ts is tested without a browser",
  "packages/local-stack/redis/refused-commands.ts": "a list, not a format",
  "packages/stripe-emulator/payments/processing-fee.ts": "Stripe's list prices",
  "supabase/functions/_shared/core/ai-models.ts": "env.ts only lists variables",
  "supabase/functions/_shared/core/alert-emails.ts": "env.ts only lists variables",
  "supabase/schemas/audit/recorded_guards.sql": "runs after all other files",
  "supabase/schemas/notifications/functions/shop_face.sql": "the settings that an email shows",
};

const isSmall = (source: Source) =>
  PRODUCT.test(source.path) && !source.generated && !isTest(source) && !FIXED.test(source.path) &&
  !(source.path in REASONS) && source.lines.length < MIN_LINES;

/**
 * Whether the file could be merged into the only file that uses it. The file must stay separate if
 * that other file is in a different folder, because each file belongs to the subject of its own
 * folder. The file must also stay separate if the other file is a `mod.ts`, because a `mod.ts` is
 * the public interface of a package or a folder.
 */
function couldMerge(path: string, users: readonly string[]): boolean {
  if (users.length !== 1) return users.length === 0;
  return dirname(users[0]!) === dirname(path) && !users[0]!.endsWith("/mod.ts");
}

function smallModules(sources: Source[]): Finding[] {
  const usersOf = ({ users }: Module) =>
    [...new Set([...users.values()].flatMap((each) => [...each]))]
      .filter((user) => !isTest(user.source)).map(({ source }) => source.path);
  return modulesOf(sources)
    .filter((module) => isSmall(module.source) && !module.entry && !servesTests(module))
    .flatMap((module) => finding(module.source.path, usersOf(module)));
}

const CREATES =
  /^create (?:unlogged )?(?:function|procedure|table|type|domain|view|schema) (?:if not exists )?([\w.]+)/gim;

/** Returns the files that mention an object that this SQL file creates. */
function usersOfSql(source: Source, sources: Source[]): string[] {
  const names = [...source.text.matchAll(CREATES)].map(([, name]) => name!.split(".").at(-1)!);
  if (names.length === 0) return [];
  const mention = new RegExp(`\\b(?:${names.join("|")})\\b`);
  return sources.filter((each) => each !== source && mention.test(each.text))
    .map(({ path }) => path);
}

function smallSql(sources: Source[]): Finding[] {
  const users = sources.filter((source) =>
    /^supabase\/(?:schemas|functions)\/.*\.(?:sql|ts)$/.test(source.path) && !source.generated &&
    !isTest(source)
  );
  return sources.filter((source) => source.path.endsWith(".sql") && isSmall(source))
    .flatMap((source) => finding(source.path, usersOfSql(source, users)));
}

function finding(path: string, users: readonly string[]): Finding[] {
  if (!couldMerge(path, users)) return [];
  const user = users[0] ?? "no other file";
  const message = `the file has fewer than ${MIN_LINES} lines, and only ${user} uses it: ` +
    "make it a part of that file, or give the reason in small-files.ts";
  return [{ path, line: 1, message }];
}

export const smallFile: Rule = {
  name: "small-file",
  check: (sources) => [...smallModules(sources), ...smallSql(sources)],
};
