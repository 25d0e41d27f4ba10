/** Imports go down the floors only, types too, and never to a neighbour: in each house by its own table. */
import { lineOfImport, type Module, modulesOf, servesTests } from "../sources/modules.ts";
import type { Finding, Rule } from "../sources/source.ts";

interface House {
  /** Its folder; ends with a slash. */
  readonly root: string;
  /** A folder in it that `*` alone does not stand for: what lies there needs a floor of its own. */
  readonly inner?: string;
  /**
   * From the ground up. A pattern names a unit: a folder or a file; `*` is each folder and file there. Of two
   * patterns that match, the lower one counts. Units of one floor do not import each other.
   */
  readonly floors: readonly (readonly string[])[];
}

const HOUSES: readonly House[] = [
  {
    root: "supabase/functions/",
    inner: "_shared/",
    floors: [
      ["_shared/generated", "_shared/privacy"],
      ["_shared/core"],
      ["_shared/contracts"],
      ["_shared/metrics"],
      ["_shared/resilience"],
      ["_shared/adapters/*"],
      ["_shared/limits", "_shared/features"],
      ["_shared/http"],
      ["_shared/domain/entries-csv.ts", "_shared/domain/return-urls.ts", "_shared/domain/refunds"],
      ["_shared/domain/*"],
      ["_shared/services.ts"],
      ["_shared/services-with-models.ts", "_shared/services-with-probe.ts"],
      ["*"],
    ],
  },
  { root: "packages/", floors: [["command-line"], ["stripe-emulator"], ["local-stack"]] },
  {
    root: "packages/stripe-emulator/",
    floors: [
      ["core", "fixtures", "browser.ts"],
      ["store"],
      ["http"],
      ["resources"],
      ["connect", "deliveries"],
      ["payments"],
      ["checkout"],
      ["engine"],
      ["api", "control", "page"],
      ["app.ts"],
      ["mod.ts"],
      ["main.ts"],
    ],
  },
  {
    root: "packages/local-stack/",
    floors: [
      ["core"],
      ["ai", "isolates", "lite", "mail", "migrations", "net", "postgres", "redis"],
      ["cron", "stack"],
      ["gateway"],
      ["plugins"],
      ["start-stack.ts", "running.ts"],
      ["mod.ts", "command"],
    ],
  },
];

interface Place {
  readonly floor: number;
  readonly unit: string;
}

/** The part of a path that a pattern stands for: `_shared/adapters/stripe`. */
function unitIn(path: string, pattern: string): string | null {
  const parts = path.split("/").slice(0, pattern.split("/").length);
  const unit = parts.join("/");
  if (pattern.endsWith("*")) return unit.startsWith(pattern.slice(0, -1)) ? unit : null;
  return unit === pattern ? unit : null;
}

/** Null outside the house, and for what no floor names. */
function placeOf({ root, inner, floors }: House, { source }: Module): Place | null {
  if (!source.path.startsWith(root)) return null;
  const path = source.path.slice(root.length);
  for (const [floor, patterns] of floors.entries()) {
    for (const pattern of patterns) {
      if (pattern === "*" && inner !== undefined && path.startsWith(inner)) return null;
      const unit = unitIn(path, pattern);
      if (unit !== null) return { floor, unit };
    }
  }
  return null;
}

/** Why `from` may not import `to`; null where it may. */
function problemOf(from: Place, to: Place): string | null {
  if (from.unit === to.unit || to.floor < from.floor) return null;
  const where = to.floor === from.floor ? "beside it" : "above it";
  return `${from.unit} imports ${to.unit}, ${where}: imports go down the floors only`;
}

function findingsIn(house: House, all: Module[]): Finding[] {
  const modules = all.filter(({ source }) => source.path.startsWith(house.root));
  const lost = modules.filter((module) => placeOf(house, module) === null);
  const findings = lost.map(({ source: { path } }) => ({
    path,
    line: 1,
    message: "stands on no floor: name its folder in scripts/tidy/rules/floors.ts",
  }));
  for (const target of modules) {
    const to = placeOf(house, target);
    if (to === null) continue;
    for (const user of new Set([...target.users.values()].flatMap((users) => [...users]))) {
      const from = servesTests(user) ? null : placeOf(house, user);
      const message = from && problemOf(from, to);
      if (!message) continue;
      findings.push({ path: user.source.path, line: lineOfImport(user, target), message });
    }
  }
  return findings;
}

export const floors: Rule = {
  name: "floors",
  check(sources) {
    const modules = modulesOf(sources).filter((module) => !servesTests(module));
    return HOUSES.flatMap((house) => findingsIn(house, modules));
  },
};
