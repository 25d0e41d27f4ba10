/** Compares the codes in docs/reference/launch-checks.md with those of the commands. */
import { deepEqual } from "node:assert/strict";
import { ROOT } from "../command/root.ts";

const CODE = /`((?:preflight|snapshot|smoke|webhook|canary|rollback|first-dollar)\.[a-z0-9-]+)`/g;

const page = await Deno.readTextFile(`${ROOT}docs/reference/launch-checks.md`);
const [requirements = "", list = ""] = page.split("\n## All checks\n");

const codesIn = (text: string) => [...text.matchAll(CODE)].map(([, code]) => code!);

/**
 * The sources write the code of a canary's stage with `${percentage}`. The page writes it with `n`.
 */
const codeOf = (text: string) => text.replace("${percentage}", "n");

/** Returns the codes of all steps, from the sources. */
async function builtCodes(folder: string): Promise<string[]> {
  const codes: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) codes.push(...await builtCodes(`${folder}/${name}`));
    if (!name.endsWith(".ts") || name.endsWith(".test.ts")) continue;
    const text = await Deno.readTextFile(`${folder}/${name}`);
    codes.push(
      ...[...text.matchAll(/^\s+code: ["`]([^"`]+)["`]/gm)].map(([, code]) => codeOf(code!)),
    );
  }
  return codes;
}

Deno.test("the list has each check once, and each check shows a requirement", () => {
  const listed = codesIn(list);
  deepEqual(listed.length, new Set(listed).size);
  deepEqual(new Set(codesIn(requirements)), new Set(listed));
});

Deno.test("the list has exactly the checks of the commands", async () => {
  const built = await builtCodes(`${ROOT}scripts/golive`);
  deepEqual(built.toSorted(), codesIn(list).toSorted());
});
