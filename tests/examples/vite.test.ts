/** The Vite example in Chromium, in React's strict mode, on an origin of its own. */
import { equal, ok } from "node:assert/strict";
import { ROOT } from "../../scripts/command/root.ts";
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
import { type Visit, visits } from "./visit.ts";

/**
 * Asserts that the example has between 200 and 300 lines of code, without blank lines, comments and
 * imports.
 */
async function isShort(): Promise<void> {
  const folder = `${ROOT}examples/vite`;
  const texts: string[] = [];
  for (const path of [folder, `${folder}/src`]) {
    for await (const { name } of Deno.readDir(path)) {
      if (/\.tsx?$/.test(name)) texts.push(await Deno.readTextFile(`${path}/${name}`));
    }
  }
  const code = texts.join("\n").replaceAll(/^import [^;]*;\n/gm, "").split("\n");
  const lines = code.filter((line) => !/^\s*(\/\/.*|\/\*\*.*)?$/.test(line));
  ok(lines.length > 200 && lines.length < 300, `${lines.length} lines`);
}

async function everything(visit: Visit): Promise<void> {
  const { page, origin, world } = visit;
  await page.goto(origin);
  await page.getByRole("button", { name: "Sign in" }).waitFor();
  await isGoodToLookAt(page, "sign-in");
  const email = await signsUp(page, origin);
  await press(page, "Paint for 250 credits");
  await section(page, "Paint").getByRole("alert").getByText(/credits/).waitFor();
  await isForEverybody(page, "without credits");
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
  await isGoodToLookAt(page, "everything");
  await press(page, "Sign out");
  await page.getByRole("button", { name: "Sign in" }).waitFor();
}

Deno.test({
  name: "the Vite example",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn(test) {
    await test.step("has under 300 lines of code", isShort);
    await visits(test, "vite", [
      [
        "sells credits, spends them on a picture, a job and a chat, and shows each change",
        everything,
      ],
    ]);
  },
});
