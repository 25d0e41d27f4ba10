/**
 * Tests that the files of a run in CI are compared with those of its base commit. Without a base
 * commit, everything counts as changed.
 */
import { deepEqual, equal, match } from "node:assert/strict";
import { ROOT } from "../command/root.ts";
import { baseOfRun, changesSinceBase, isSameAsBase, textBefore } from "./changes-since-base.ts";

const NAMES = ["CI", "CI_BASE", "GIT_DIR", "GIT_WORK_TREE"] as const;

/** Calls `work` with these environment variables, and restores the old variables afterwards. */
async function withEnv(
  env: Partial<Record<typeof NAMES[number], string>>,
  work: () => Promise<void>,
) {
  const before = NAMES.map((name) => [name, Deno.env.get(name)] as const);
  const set = (name: string, value?: string) =>
    value === undefined ? Deno.env.delete(name) : Deno.env.set(name, value);
  try {
    NAMES.forEach((name) => set(name, env[name]));
    await work();
  } finally {
    before.forEach(([name, value]) => set(name, value));
  }
}

for (
  const [base, ci] of Object.entries({
    "empty": { CI: "true", CI_BASE: "" },
    "not in the checkout": { CI: "true", CI_BASE: "0".repeat(40) },
    "named outside CI": { CI_BASE: "HEAD" },
  })
) {
  Deno.test(`everything counts as changed if the base is ${base}`, () =>
    withEnv(ci, async () => {
      equal(await isSameAsBase(["no-such-file"]), false);
      equal(await changesSinceBase(), undefined);
      equal(await textBefore("deno.json"), "");
    }));
}

/**
 * Calls `work` with a new repository in place of the project's. The only file in the new repository
 * is `a`.
 */
async function withRepository(work: (folder: string) => Promise<void>) {
  const folder = await Deno.makeTempDir();
  const places = { GIT_DIR: `${folder}/.git`, GIT_WORK_TREE: folder };
  const git = async (...args: string[]) => {
    const identity = ["-c", "user.name=test", "-c", "user.email=test@example.com"];
    const command = new Deno.Command("git", { args: [...identity, ...args], cwd: folder });
    equal((await command.output()).success, true, args.join(" "));
  };
  try {
    await git("init");
    await Deno.writeTextFile(`${folder}/a`, "1");
    await git("add", "a");
    await git("commit", "--message", "test: add a");
    await withEnv({ CI: "true", CI_BASE: "HEAD", ...places }, () => work(folder));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("a changed file, a removed one and one that Git does not know yet are changes", () =>
  withRepository(async (folder) => {
    const both = async () => [await isSameAsBase(["a", "b"]), await changesSinceBase()];
    deepEqual(await both(), [true, { there: [], gone: [] }]);
    await Deno.writeTextFile(`${folder}/b`, "2");
    deepEqual(await both(), [false, { there: ["b"], gone: [] }]);
    equal(await isSameAsBase(["a"]), true);
    await Deno.writeTextFile(`${folder}/a`, "3");
    deepEqual(await both(), [false, { there: ["b", "a"], gone: [] }]);
    equal(await textBefore("a"), "1");
    await Deno.remove(`${folder}/a`);
    deepEqual(await both(), [false, { there: ["b"], gone: ["a"] }]);
  }));

Deno.test("a run that names no base is compared with the commit in .ci/passed", async () => {
  const commit = (await Deno.readTextFile(`${ROOT}.ci/passed`)).trim();
  match(commit, /^[0-9a-f]{40}$/);
  await withEnv({ CI: "true" }, async () => equal(await baseOfRun(), commit));
});
