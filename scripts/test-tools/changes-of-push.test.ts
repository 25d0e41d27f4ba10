/** A push whose base is unknown counts as one that has changed everything. */
import { equal } from "node:assert/strict";
import { changesOfPush, isSameAsBase, textBefore } from "./changes-of-push.ts";

const NAMES = ["CI", "CI_BASE"] as const;

/** Runs the work with these variables of CI, and restores the variables of this run. */
async function withCi(
  ci: Partial<Record<typeof NAMES[number], string>>,
  work: () => Promise<void>,
) {
  const before = NAMES.map((name) => [name, Deno.env.get(name)] as const);
  const set = (name: string, value?: string) =>
    value === undefined ? Deno.env.delete(name) : Deno.env.set(name, value);
  try {
    NAMES.forEach((name) => set(name, ci[name]));
    await work();
  } finally {
    before.forEach(([name, value]) => set(name, value));
  }
}

for (
  const [base, ci] of Object.entries({
    "not named": { CI: "true" },
    "not in the checkout": { CI: "true", CI_BASE: "0".repeat(40) },
    "named outside CI": { CI_BASE: "HEAD" },
  })
) {
  Deno.test(`everything counts as changed if the base is ${base}`, () =>
    withCi(ci, async () => {
      equal(await isSameAsBase(["no-such-file"]), false);
      equal(await changesOfPush(), undefined);
      equal(await textBefore("deno.json"), "");
    }));
}
