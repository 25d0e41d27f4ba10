import assert from "node:assert/strict";
import { pageOf, type Run } from "./benchmarks-page.ts";
import { exact, spreadOf } from "./verdict.ts";

const lower = { better: "lower" as const, goal: 10 };

/**
 * Makes a run that has one figure and one note for each goal, and one arm for each name in `arms`.
 */
function run(goals: string[], value: number, arms: string[], isWhole = false): Run {
  return {
    section: {
      figures: goals.map((goal) => exact(goal, `what ${goal} counts`, lower, value, "")),
      notes: goals.map((goal) => `${goal} is ${value}, ${"measured at length, ".repeat(9)}so.`),
      arms: arms.map((name) => ({
        name,
        clients: 4,
        lacks: "nothing",
        perSecond: spreadOf([value]),
        p50: 1,
        p95: 2,
        p99: 3,
        problems: [],
      })),
    },
    machine: { lines: [`Machine ${value}.`] },
    command: `deno task bench ${value}`,
    measured: goals,
    isWhole,
  };
}

/** Wraps lines and pads cells, as the formatter does. */
async function formatted(page: string): Promise<string> {
  const process = new Deno.Command(Deno.execPath(), {
    args: ["fmt", "--line-width", "100", "--ext", "md", "-"],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const writer = process.stdin.getWriter();
  await writer.write(new TextEncoder().encode(page));
  await writer.close();
  return new TextDecoder().decode((await process.output()).stdout);
}

const starts = [{ name: "credits", sources: 100, bundle: 50 }];
const first = run(["G1", "G9", "G24"], 1, ["debit", "replay", "debit, open loop at 70/s"], true);
const earlier = await formatted(
  pageOf({ ...first, section: { ...first.section, starts } }, "# Benchmarks\n"),
);
const count = (page: string, text: RegExp) => [...page.matchAll(text)].length;

Deno.test("a run of some goals leaves the figures and notes of the others", async () => {
  const page = await formatted(pageOf(run(["G9", "G20"], 2, []), earlier));
  const rows = page.split("\n").filter((line) => /^\| G/.test(line)).map((line) =>
    line.split("|").map((cell) => cell.trim()).slice(1, 5)
  );
  assert.deepEqual(rows, [
    ["G1", "what G1 counts", "≤ 10", "1"],
    ["G9", "what G9 counts", "≤ 10", "2"],
    ["G20", "what G20 counts", "≤ 10", "2"],
    ["G24", "what G24 counts", "≤ 10", "1"],
  ]);
  const notes = page.match(/^- G\d+ is \d/gm);
  assert.deepEqual(notes, ["- G1 is 1", "- G9 is 2", "- G20 is 2", "- G24 is 1"]);
  assert.equal(count(page, /length,\s+so\./g), 4, "each note is whole");
  assert.match(page, /`deno task bench 2`\n\n- Machine 2\.\n- From earlier runs: G1, G24\.\n/);
});

Deno.test("a run of some goals leaves the other arms and the start of a function", async () => {
  const page = await formatted(
    pageOf(run(["G9"], 2, ["debit", "debit, open loop at 80/s", "webhooks"]), earlier),
  );
  const arms = page.slice(page.indexOf("## Arms")).split("\n").filter((line) =>
    /^\| [a-z].*\(/.test(line)
  ).map((line) => line.split("|").map((cell) => cell.trim()).slice(1, 4).join(" "));
  assert.deepEqual(arms, [
    "debit 4 2 (2 to 2)",
    "replay 4 1 (1 to 1)",
    "debit, open loop at 80/s 4 2 (2 to 2)",
    "webhooks 4 2 (2 to 2)",
  ]);
  assert.equal(count(page, /^## Start of a function$/gm), 1);
  assert.match(page, /\| credits +\| 100 +\| 50/);
});

Deno.test("a run of all goals has no arm of an earlier run", () => {
  const page = pageOf(run(["G1", "G9"], 2, ["debit"], true), earlier);
  assert.doesNotMatch(page, /replay/);
});

Deno.test("the same page is written again", async () => {
  const again = await formatted(pageOf(first, earlier));
  assert.equal(again, earlier);
});

Deno.test("the page of the repository keeps all of its figures", async () => {
  const path = new URL("../../docs/reference/benchmarks.md", import.meta.url);
  const page = await Deno.readTextFile(path);
  const written = await formatted(pageOf(run(["G26"], 1, []), page));
  for (const line of page.split("\n").filter((line) => /^\| G(?!26)/.test(line))) {
    const cells = line.split("|").map((cell) => cell.trim()).join("|");
    assert.ok(
      written.split("\n").some((row) => row.split("|").map((c) => c.trim()).join("|") === cells),
    );
  }
});
