/**
 * The components of the recipe "A page with the React hooks" run as printed. React renders them in
 * an emulated page, without a browser, for a signed-in user of a stack.
 */
import { equal, match, ok } from "node:assert/strict";
import { createElement, type FunctionComponent } from "react";
import { createFarthing } from "@farthing/client";
import { ROOT } from "../../scripts/command/root.ts";
import { proven } from "../support/project/database.ts";
import { backEnd, data, post } from "../support/project/http.ts";
import { type Person, signUp } from "../support/project/people.ts";
import { blocksIn, typeCheck } from "../support/project/printed-snippets.ts";
import { readWorld } from "../support/project/world.ts";
import { Grant } from "../../supabase/functions/_shared/contracts/credits.ts";
import { openPage, type ReactPage } from "./react-page.ts";

const world = readWorld();
const PAGE = "docs/recipes/use-the-hooks.md";

/** The components in the order of the recipe. */
const NAMES = ["Balance", "Export", "History"] as const;

/** Writes each code block of the recipe as a module, and returns the files. */
async function writeComponents(folder: string): Promise<string[]> {
  const blocks = (await blocksIn(PAGE)).filter(({ language }) => language === "tsx");
  equal(blocks.length, NAMES.length);
  return await Promise.all(blocks.map(async ({ code }, index) => {
    const file = `${folder}/${NAMES[index]}.tsx`;
    await Deno.writeTextFile(file, code);
    return file;
  }));
}

type Show = (name: typeof NAMES[number], userId: string | null) => ReactPage;

async function showsBalance(show: Show, id: string): Promise<void> {
  const signedOut = show("Balance", null);
  await signedOut.sees("Sign in to see your credits.");
  signedOut.close();
  const page = show("Balance", id);
  ok(page.text().includes("Loading the balance…"));
  await page.sees("50 credits");
  page.close();
}

async function exportsLedger(show: Show, id: string): Promise<void> {
  const page = show("Export", id);
  page.press("Export");
  await page.presses("Read the file");
  match(await page.sees(/The file has \d+ bytes\./), /[1-9]/);
  page.close();
}

async function showsHistory(show: Show, id: string): Promise<void> {
  const page = show("History", id);
  await page.sees("promotion 20");
  equal(page.text().includes("promotion 30"), false);
  page.press("More");
  await page.sees("promotion 30");
  page.close();
}

async function withCredits(): Promise<Person> {
  const person = await signUp(world);
  for (const amount of ["30", "20"]) {
    const grant = { user_id: person.id, amount, source: "promotional", reason: "test" };
    data(await post(world, "credits/grants", backEnd(world), grant), 201, Grant);
  }
  return person;
}

Deno.test({
  name: "the components of the hooks' recipe, as printed",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn(test) {
    await Deno.mkdir(`${ROOT}.farthing`, { recursive: true });
    const folder = await Deno.makeTempDir({ dir: `${ROOT}.farthing`, prefix: "hooks-" });
    try {
      const files = await writeComponents(folder);
      await test.step("are TypeScript that checks", () => typeCheck(files));
      const { id, supabase } = await withCredits();
      const farthing = createFarthing({ supabase });
      const components = await Promise.all(files.map((file) => import(`file://${file}`)));
      const show: Show = (name, userId) => {
        const component: FunctionComponent = components[NAMES.indexOf(name)][name];
        return openPage(createElement(component), { farthing, userId });
      };
      await test.step("show the balance, or why there is none", () => showsBalance(show, id));
      await test.step("follow a job and read its file", () => exportsLedger(show, id));
      await test.step("show the history page by page", () => showsHistory(show, id));
      await proven(world);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
