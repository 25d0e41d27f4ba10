/**
 * Checks the imports within each area, including type imports. An area has floors (layers), and
 * each floor has units, which are folders or files. A unit may import only units on lower floors.
 */
import { lineOfImport, type Module, modulesOf, servesTests } from "../sources/modules.ts";
import type { Finding, Rule } from "../sources/source.ts";

interface Area {
  /** The area's folder, with a slash at the end. Paths in `floors` are relative to it. */
  readonly root: string;
  /**
   * A folder of the area. The pattern `*` does not apply in this folder, so each unit in it must be
   * listed by name.
   */
  readonly inner?: string;
  /**
   * The floors from the lowest to the highest. Each pattern is the path of a unit. `*` stands for
   * every folder and file at that level. If a unit matches patterns of two floors, the lower floor
   * applies. Units on the same floor must not import each other.
   */
  readonly floors: readonly (readonly string[])[];
}

const AREAS: readonly Area[] = [
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
      [
        "_shared/domain/entries-csv.ts",
        "_shared/domain/report-stripe-fault.ts",
        "_shared/domain/return-urls.ts",
      ],
      ["_shared/domain/*"],
      ["_shared/services.ts"],
      ["_shared/services-with-models.ts", "_shared/services-with-probe.ts"],
      ["*"],
    ],
  },
  {
    root: "packages/",
    floors: [["client", "command-line"], ["ai", "react", "stripe-emulator"], ["local-stack"]],
  },
  {
    root: "packages/client/",
    floors: [
      ["generated"],
      ["core"],
      ["helpers"],
      ["back-end", "browser"],
      ["mod.ts", "server.ts"],
    ],
  },
  {
    root: "apps/console/src/",
    floors: [
      ["check-project.ts", "parts/class-names.ts"],
      ["read-project.ts"],
      ["session"],
      ["reads"],
      ["parts"],
      ["operator/links.tsx"],
      ["operator/events", "operator/money", "operator/operations"],
      ["buyer", "operator/*"],
      ["shell"],
      ["app.tsx"],
      ["main.tsx"],
    ],
    inner: "operator/",
  },
  { root: "packages/react/", floors: [["core"], ["hooks"], ["mod.ts"]] },
  { root: "packages/ai/", floors: [["core"], ["ai-sdk"], ["meter.ts"], ["mod.ts"]] },
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
      ["ai", "console", "isolates", "lite", "mail", "migrations", "net", "postgres", "redis"],
      ["cron", "stack"],
      ["gateway"],
      ["plugins"],
      ["start-stack.ts", "running.ts"],
      ["mod.ts", "command"],
    ],
  },
];

interface Position {
  readonly floor: number;
  readonly unit: string;
}

/**
 * Returns the part of a path that a pattern matches, such as `_shared/adapters/stripe`; null if the
 * pattern does not match.
 */
function unitIn(path: string, pattern: string): string | null {
  const parts = path.split("/").slice(0, pattern.split("/").length);
  const unit = parts.join("/");
  if (pattern.endsWith("*")) return unit.startsWith(pattern.slice(0, -1)) ? unit : null;
  return unit === pattern ? unit : null;
}

/**
 * Returns a module's floor and unit. Returns null if the module is outside the area or no floor
 * lists it.
 */
function positionOf({ root, inner, floors }: Area, { source }: Module): Position | null {
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

/** Returns why `from` must not import `to`, or null if the import is allowed. */
function problemOf(from: Position, to: Position): string | null {
  if (from.unit === to.unit || to.floor < from.floor) return null;
  const where = to.floor === from.floor ? "on the same floor" : "on a higher floor";
  return `${from.unit} imports ${to.unit} ${where}: imports must go down the floors`;
}

function findingsIn(area: Area, all: Module[]): Finding[] {
  const modules = all.filter(({ source }) => source.path.startsWith(area.root));
  const unlisted = modules.filter((module) => positionOf(area, module) === null);
  const findings = unlisted.map(({ source: { path } }) => ({
    path,
    line: 1,
    message: "the file belongs to no floor: add its folder to scripts/tidy/rules/floors.ts",
  }));
  for (const target of modules) {
    const to = positionOf(area, target);
    if (to === null) continue;
    for (const user of new Set([...target.users.values()].flatMap((users) => [...users]))) {
      const from = servesTests(user) ? null : positionOf(area, user);
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
    return AREAS.flatMap((area) => findingsIn(area, modules));
  },
};
