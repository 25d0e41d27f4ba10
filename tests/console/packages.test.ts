/**
 * A change of one package changes no other package, not even one that goes on sale later. If
 * somebody else changes the package while an operator's form is open, the form takes over that
 * change and keeps what the operator has typed.
 */
import { deepEqual, equal } from "node:assert/strict";
import type { Page } from "playwright-core";
import { once } from "../blocks/once.ts";
import { withPackages } from "../support/project/database.ts";
import { signUpOperator } from "../support/project/people.ts";
import { write } from "./by-keyboard.ts";
import { test, testsEnd, world } from "./opened.ts";
import {
  addPackage,
  newSlug,
  onSale,
  packageOf,
  readPackages,
  retire,
  setPackages,
  termsOf,
} from "./packages.ts";
import { diffOf, press, save, undoOf } from "./saving.ts";
import { onPage } from "./shown-figures.ts";

const operator = once(() => signUpOperator(world));

const onPackages = async (use: (page: Page) => Promise<void>) =>
  onPage({ person: await operator(), path: "/settings/packages" }, use);

/** The sentences of the open dialog: one for each package that will change. */
const changedOf = (page: Page): Promise<string[]> =>
  page.getByRole("dialog").getByText(/^\S+ is (added|changed|restored|retired)/).allInnerTexts();

const later = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString();

test("a change of one package and its undo retire no package that begins later", () =>
  withPackages(world, "exclusive", async () => {
    const [sold, coming] = [newSlug(), newSlug("coming")];
    await addPackage(sold);
    const from = later(100);
    const first = { ...termsOf(coming), effective_from: from };
    await setPackages([...onSale(await readPackages()), first]);
    const second = { ...first, credits: "7000000", effective_from: later(200) };
    await setPackages([...onSale(await readPackages()), second]);
    const scheduled = async () =>
      (await readPackages()).scheduled.filter(({ slug }) => slug === coming)
        .map(({ active, credits }) => ({ active, credits }));
    const both = [{ active: true, credits: "6000000" }, { active: true, credits: "7000000" }];
    deepEqual(await scheduled(), both);
    await onPackages(async (page) => {
      await press(page, `Change: Package ${sold}`);
      const dialog = page.getByRole("dialog");
      await write(dialog.getByLabel("Description"), "For the test");
      await press(dialog, "Show what will change");
      deepEqual(await diffOf(page, sold), [["description", "none", "For the test"]]);
      deepEqual(await changedOf(page), [`${sold} is changed. Version of ${sold}: 1.`]);
      await save(page, "a description");
      deepEqual(await scheduled(), both);
      await press(page, undoOf((await readPackages()).version, sold));
      deepEqual(await diffOf(page, sold), [["description", "For the test", "none"]]);
      deepEqual(await changedOf(page), [`${sold} is changed. Version of ${sold}: 1.`]);
      await save(page, "no description");
      await press(page, `Retire: Package ${sold}`);
      deepEqual(await diffOf(page, sold), [["active", "yes", "no"]]);
      deepEqual(await changedOf(page), [`${sold} is retired. Version of ${sold}: 1.`]);
      await save(page, "no longer sold");
    });
    deepEqual(await scheduled(), both);
    equal(packageOf(await readPackages(), sold).active, false);
    await retire([coming]);
  }));

test("an open form takes over somebody else's change, and keeps the operator's entries", () =>
  withPackages(world, "exclusive", async () => {
    const slug = newSlug();
    await addPackage(slug);
    await onPackages(async (page) => {
      await press(page, `Change: Package ${slug}`);
      const dialog = page.getByRole("dialog");
      await write(dialog.getByLabel("Name"), "Renamed");
      await write(dialog.getByLabel("Credits"), "6000001");
      const others = onSale(await readPackages()).filter((each) => each.slug !== slug);
      const prices = [{ currency: "usd", amount: 600_050 }, { currency: "eur", amount: 500_000 }];
      await setPackages([...others, { ...termsOf(slug), prices, credits: "6000002" }]);

      await press(dialog, "Show what will change");
      await dialog.getByText("Not possible").waitFor();
      await dialog.getByText("Somebody else has changed these settings meanwhile.").waitFor();
      deepEqual(await dialog.getByRole("listitem").allInnerTexts(), [
        "Credits: 6000000 → 6000002. Your entry 6000001 stays.",
        "Price in USD: 6000 → 6000.5.",
        "Price in EUR: none → 5000.",
      ]);
      const values = ["Name", "Price in USD", "Price in EUR"].map((label) =>
        dialog.getByLabel(label).inputValue()
      );
      deepEqual(await Promise.all(values), ["Renamed", "6000.5", "5000"]);

      await press(dialog, "Show what will change");
      deepEqual(await diffOf(page, slug), [
        ["credits", "6,000,002", "6,000,001"],
        ["name", slug, "Renamed"],
      ]);
      await save(page, "renamed");
      const { name, credits, prices: kept } = packageOf(await readPackages(), slug);
      deepEqual([name, credits, kept], ["Renamed", "6000001", prices]);
    });
    await retire([slug]);
  }));

testsEnd();
