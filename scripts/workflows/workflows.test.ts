/**
 * Checks the workflow files without calling GitHub: with GitHub's own parser, with bash, and
 * against our rules.
 */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { ROOT } from "../command/root.ts";
import { errorsIn } from "./testing/parser.ts";
import { readWorkflows, stepsOf } from "./testing/workflow.ts";

const workflows = await readWorkflows();
const steps = workflows.flatMap(stepsOf);
const runs = steps.flatMap(({ at, run }) => run === undefined ? [] : [{ at, run }]);

Deno.test("GitHub's own parser accepts every workflow", async () => {
  equal(workflows.length, 5);
  for (const { file, text } of workflows) deepEqual(await errorsIn(file, text), [], file);
});

/** A mistake in test.yml: the text to replace, its replacement, and the error. */
const MISTAKES: readonly (readonly [from: string, to: string, error: RegExp])[] = [
  ["runs-on:", "run-on:", /Unexpected value 'run-on'/],
  ["inputs.full }}", "input.full }}", /Unrecognized named-value: 'input'/],
  ["timeout-minutes: 90", "timeout-minutes: long", /Unexpected value|number/],
  ["workflow_dispatch:", "workflow_dispatched:", /Unexpected value 'workflow_dispatched'/],
  ["contents: read", "contents: reading", /Unexpected value 'reading'/],
  ["'pull_request' }}", "'pull_request }}", /Unexpected symbol|expression/],
  ["runs-on: ubuntu-24.04", "needs: build\n    runs-on: ubuntu-24.04", /no dependencies/],
];

for (const [from, to, error] of MISTAKES) {
  Deno.test(`GitHub's own parser refuses a planted mistake: ${to.split("\n")[0]}`, async () => {
    const { text } = workflows.find(({ file }) => file === "test.yml")!;
    ok(text.includes(from), from);
    match((await errorsIn("test.yml", text.replace(from, to))).join("\n"), error);
  });
}

Deno.test("every action has a commit and names its version, and every job ends in time", () => {
  for (const { file, text, jobs } of workflows) {
    for (const [, used] of text.matchAll(/uses: (.+)/g)) {
      match(
        used!,
        /^\.\/\.github\/workflows\/|^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/,
        file,
      );
    }
    for (const [name, { uses, "timeout-minutes": minutes }] of Object.entries(jobs)) {
      ok(uses !== undefined || minutes !== undefined, `${file}: ${name} has no timeout-minutes`);
    }
  }
});

Deno.test("bash can parse every step, and no step has an expression in its text", async () => {
  ok(runs.length > 8);
  for (const { at, run } of runs) {
    // GitHub pastes the value of an expression into the script, where the value could be a command.
    ok(!run.includes("${{"), at);
    const { success, stderr } = await new Deno.Command("bash", { args: ["-n", "-c", run] })
      .output();
    ok(success, `${at}: ${new TextDecoder().decode(stderr)}`);
  }
});

Deno.test("every task that a step runs exists, and so does every file", async () => {
  const { tasks } = JSON.parse(await Deno.readTextFile(`${ROOT}deno.json`)) as { tasks: object };
  const named = runs.flatMap(({ run }) => [...run.matchAll(/deno@2\.9\.6 task ([\w:]+)/g)]);
  ok(named.length >= 6);
  for (const [, task] of named) ok(task! in tasks, task);
  ok((await Deno.stat(`${ROOT}.ci/run`)).mode! & 0o111);
});

Deno.test("a release is refused while the changelog has no section of its version", async () => {
  const release = workflows.find(({ file }) => file === "release.yml")!;
  const check = stepsOf(release).find(({ name }) => name?.startsWith("Check the version"));
  const { code, stdout } = await new Deno.Command("bash", {
    args: ["-eo", "pipefail", "-c", check!.run!],
    cwd: ROOT,
    env: { GITHUB_REF_NAME: "v999.0.0" },
  }).output();
  equal(code, 1);
  match(new TextDecoder().decode(stdout), /CHANGELOG\.md has no section of 999\.0\.0/);
});

Deno.test("production is deployed after the full tests and an approval, with smoke after it", () => {
  const { jobs } = workflows.find(({ file }) => file === "deploy-production.yml")!;
  equal(jobs["test"]?.uses, "./.github/workflows/test.yml");
  equal(jobs["deploy"]?.needs, "test");
  equal(jobs["deploy"]?.environment, "production");
  const named = jobs["deploy"]?.steps.map(({ run = "" }) => run) ?? [];
  const at = (text: string) => named.findIndex((run) => run.includes(text));
  ok(at("--dry-run") < at("--yes") && at("--yes") < at("golive smoke"));
  ok(at("golive smoke") < at("rm -f .env"));
});

Deno.test("a preview is refused if any line of its secrets has a live key", async () => {
  const preview = workflows.find(({ file }) => file === "deploy-preview.yml")!;
  const check = stepsOf(preview).find(({ name }) => name?.startsWith("Write the file"));
  const folder = await Deno.makeTempDir();
  const codeOf = async (...lines: string[]) => {
    const { code } = await new Deno.Command("bash", {
      args: ["-eo", "pipefail", "-c", check!.run!],
      cwd: folder,
      env: { FARTHING_ENV: lines.join("\n") },
      stdout: "null",
    }).output();
    return code;
  };
  const [test, live] = ["STRIPE_SECRET_KEY=sk_test_a", "STRIPE_SECRET_KEY=sk_live_b"];
  try {
    equal(await codeOf(test, "MAIL_FROM=a@shop.example"), 0);
    for (const lines of [[test, live], [live, test], [live], [test, `export ${live}`], ["A=1"]]) {
      equal(await codeOf(...lines), 1, lines.join());
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
