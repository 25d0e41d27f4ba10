/** Runs all steps that a user of an example takes, and checks the example's size. */
import { equal, ok } from "node:assert/strict";
import { ROOT } from "../../scripts/command/root.ts";
import type { ExampleName } from "../../scripts/example/install.ts";
import { filesBeneath } from "../../scripts/test-tools/long-lived/fingerprint.ts";
import { withDeliveries } from "../support/project/database.ts";
import {
  isForEverybody,
  isGoodToLookAt,
  pays,
  press,
  section,
  showsCredits,
  signsUp,
} from "./app-page.ts";
import { asksAndStops, followsJobs, isToppedUp, paints, readsTheHistory } from "./steps.ts";
import type { Visit } from "./visit.ts";

/**
 * Asserts that the example has between 200 and 300 lines of code, without blank lines, comments and
 * imports.
 */
export async function isShort(example: ExampleName): Promise<void> {
  const files = (await filesBeneath(`examples/${example}`)).filter((file) => /\.tsx?$/.test(file));
  const texts = await Promise.all(files.map((file) => Deno.readTextFile(`${ROOT}${file}`)));
  const code = texts.join("\n").replaceAll(/^import [^;]*;\n/gm, "").split("\n");
  const lines = code.filter((line) => !/^\s*(\/\/.*|\/\*\*.*|\*.*)?$/.test(line));
  ok(lines.length > 200 && lines.length < 300, `${lines.length} lines`);
}

export async function everything(visit: Visit): Promise<void> {
  const { page, origin, world, example } = visit;
  await page.goto(origin);
  await page.getByRole("button", { name: "Sign in" }).waitFor();
  await isGoodToLookAt(page, `${example}-sign-in`);
  const email = await signsUp(page, origin);
  await press(page, "Paint for 250 credits");
  await section(page, "Paint").getByRole("alert").getByText(/^You have too few credits/).waitFor();
  await isForEverybody(page, `${example}-without-credits`);
  await withDeliveries(world, "shared", async () => {
    await pays(page, world, email);
    await section(page, "Buy credits").getByText("Thank you.").waitFor();
  });
  await showsCredits(page, "9,990");
  equal(page.url(), `${origin}/`);
  await page.reload();
  await paints(visit);
  await followsJobs(visit);
  await asksAndStops(visit);
  await readsTheHistory(visit);
  await isToppedUp(visit, email);
  await isGoodToLookAt(page, `${example}-everything`);
  await press(page, "Sign out");
  await page.getByRole("button", { name: "Sign in" }).waitFor();
}
