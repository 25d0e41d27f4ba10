/**
 * The index links to every runbook, each alert rule has a runbook, and the routes, tasks and
 * secrets that runbooks name exist.
 */
import { deepEqual, ok } from "node:assert/strict";
import { ROOT } from "../../scripts/command/root.ts";
import { ROTATIONS } from "../../scripts/secrets/rotation-steps.ts";
import { withSql } from "../support/project/database.ts";
import { readWorld } from "../support/project/world.ts";
import { LAUNCH_SCENES, RESTORE_PAGE, SNAPSHOT_PAGE } from "./launch/scenes.ts";
import { NOT_TRIED } from "./not-tried.ts";
import { FLUSH_PAGE, OPERATION_SCENES } from "./operation-scenes.ts";
import {
  commandsIn,
  FOLDER,
  readRunbook,
  routesIn,
  runbooks,
  tasksIn,
} from "./printed-commands.ts";

const world = readWorld();
const pages = runbooks();
const index = readRunbook("README.md");
/** The runbooks outside of `operations/` that belong to no alert rule. */
const OTHERS = ["README.md", "disputes.md", "anchor.md"];
const ofAlerts = pages.filter((page) => !page.includes("/") && !OTHERS.includes(page));

Deno.test("each rule has a runbook, and the index lists it with its severity", async () => {
  const rules = await withSql(
    world,
    (sql) =>
      sql<{ rule: string; severity: string; runbook: string }[]>`
    select rule, severity, runbook from farthing.alert_rules order by rule`,
  );
  deepEqual(rules.map(({ runbook }) => runbook.replace(`${FOLDER}/`, "")), ofAlerts);
  for (const { rule, severity } of rules) {
    const row = index.split("\n").find((line) => line.startsWith(`| [${rule}](${rule}.md)`));
    ok(row?.includes(`| ${severity} `), `${rule} is ${severity}: ${row}`);
  }
});

Deno.test("the runbook of each rule shows a request that explains the alert", () => {
  const isRead = (text: string) => text.startsWith("curl ") && !text.includes("-X ");
  const without = ofAlerts.filter((page) =>
    !commandsIn(readRunbook(page)).some(({ text }) => isRead(text))
  );
  deepEqual(without, []);
});

/** The lines of the decision tree, each with its level: 1 for the first question. */
function treeLines(): { level: number; text: string }[] {
  const tree = index.split("## Which page")[1]?.split("\n## ")[0] ?? "";
  return [...tree.matchAll(/^( *)- (.*(?:\n +(?!- ).*)*)/gm)]
    .map(([, indent, text]) => ({ level: indent!.length / 2 + 1, text: text! }));
}

Deno.test("the decision tree leads to every operation within three questions", () => {
  const lines = treeLines();
  ok(lines.every(({ level }) => level <= 3), "no line is deeper than three questions");
  const led = new Set(
    lines.flatMap(({ text }) => [...text.matchAll(/\]\(([\w/-]+\.md)/g)].map(([, to]) => to!)),
  );
  const operations = pages.filter((page) => page.includes("/"));
  deepEqual(operations.filter((page) => !led.has(page)), []);
  ok(lines[0]?.text.includes("(#alerts)"), "the first line leads to the pages of alerts");
});

Deno.test("a test follows every page of an operation", () => {
  const followed = [
    ...Object.keys(OPERATION_SCENES),
    ...Object.keys(LAUNCH_SCENES),
    ...[FLUSH_PAGE, SNAPSHOT_PAGE, RESTORE_PAGE],
  ];
  deepEqual(followed.toSorted(), pages.filter((page) => page.includes("/")));
});

Deno.test("every route that a runbook names exists", async () => {
  const table = await Deno.readTextFile(`${ROOT}docs/reference/api/routes.md`);
  const routes = new Set(
    [...table.matchAll(/^\| (\w+) \| `([^`]+)` \|/gm)].map(([, method, path]) =>
      `${method} ${path}`
    ),
  );
  const named = pages.flatMap((page) =>
    routesIn(readRunbook(page)).map((route) => ({ page, route }))
  );
  ok(named.length > 20, "routes are found");
  deepEqual(named.filter(({ route }) => !routes.has(route)), []);
});

Deno.test("every task that a runbook names exists", async () => {
  const { tasks } = JSON.parse(await Deno.readTextFile(`${ROOT}deno.json`)) as {
    tasks: Record<string, unknown>;
  };
  const named = pages.flatMap((page) => tasksIn(readRunbook(page)));
  ok(named.length > 10, "tasks are found");
  deepEqual(named.filter((name) => !Object.hasOwn(tasks, name)), []);
});

Deno.test("the page about key rotation has every secret, and says which take two values", () => {
  const page = readRunbook("operations/key-rotation.md");
  const rows = [...page.matchAll(/^\| `(\w+)` +\|[^|]*\|([^|]*)\|/gm)]
    .map(([, name, two]) => `${name} ${two!.includes("`new,old`")}`);
  const known = Object.entries(ROTATIONS)
    .map(([name, { takesTwo }]) => `${name} ${takesTwo === true}`);
  deepEqual(rows.toSorted(), known.toSorted());
});

/** The anchors of a page's headings, as GitHub makes them. */
function anchorsIn(text: string): string[] {
  return [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    heading!.toLowerCase().replace(/[^\p{L}\p{N}_\- ]/gu, "").replaceAll(" ", "-")
  );
}

Deno.test("every link of a runbook to a heading leads to one", () => {
  const links = pages.flatMap((page) =>
    [...readRunbook(page).matchAll(/\]\(((?!https?:)[^)#\s]*)#([^)\s]+)\)/g)]
      .map(([, path, anchor]) => ({ page, path: path!, anchor: anchor! }))
  );
  ok(links.length > 20, "links are found");
  const broken = links.filter(({ page, path, anchor }) => {
    const url = new URL(path || page.split("/").at(-1)!, `file://${ROOT}${FOLDER}/${page}`);
    return !anchorsIn(Deno.readTextFileSync(url)).includes(anchor);
  });
  deepEqual(broken, []);
});

Deno.test("the list of commands that no test runs has only commands of the runbooks", () => {
  const printed = new Set(
    pages.flatMap((page) => commandsIn(readRunbook(page)).map(({ text }) => `${page}: ${text}`)),
  );
  deepEqual(NOT_TRIED.filter(({ page, text }) => !printed.has(`${page}: ${text}`)), []);
});
