/** The production build of the Next.js example in Chromium, on an origin of its own. */
import { deepEqual, doesNotMatch, match } from "node:assert/strict";
import { ROOT } from "../../scripts/command/root.ts";
import { filesBeneath } from "../../scripts/test-tools/long-lived/fingerprint.ts";
import { showsCredits, signsUp } from "./app-page.ts";
import { everything, isShort } from "./journey.ts";
import { knowsItsUser } from "./own-back-end.ts";
import { testVisits, type Visit } from "./visit.ts";

const BALANCE = /class="figure">0</;

/**
 * The first response to a signed-in user contains the balance. The first response to a visitor
 * contains the sign-in form.
 */
async function rendersTheBalance({ page, origin }: Visit): Promise<void> {
  await signsUp(page, origin);
  match(await (await page.request.get(origin)).text(), BALANCE);
  const anybody = await (await fetch(origin)).text();
  match(anybody, /Sign in/);
  doesNotMatch(anybody, BALANCE);
}

/**
 * No file that a browser may load contains the secret key. One of these files contains the
 * publishable key.
 */
async function keepsItsSecret({ world }: Visit): Promise<void> {
  const files = await filesBeneath("examples/next/.next/static");
  const code = (await Promise.all(files.map((file) => Deno.readTextFile(`${ROOT}${file}`)))).join();
  deepEqual(
    [world.publishableKey, world.secretKey].map((key) => code.includes(key)),
    [true, false],
  );
}

async function signsOutElsewhere({ page, origin }: Visit): Promise<void> {
  await signsUp(page, origin);
  const [other] = await Promise.all([
    page.waitForEvent("popup"),
    page.evaluate(`void open("/", "_blank")`),
  ]);
  await showsCredits(other, "0");
  await other.getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("button", { name: "Sign in" }).waitFor();
}

Deno.test("the Next.js example has under 300 lines of code", () => isShort("next"));

testVisits("next", "the Next.js example", [
  [
    "sells credits, spends them on a picture, a job and a chat, and shows each change",
    everything,
  ],
  ["renders the balance on the server", rendersTheBalance],
  ["charges nobody but the user of the token", knowsItsUser],
  ["has no secret key in the code for browsers", keepsItsSecret],
  ["shows the form after a sign-out in another tab", signsOutElsewhere],
]);
