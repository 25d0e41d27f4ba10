/** Rates, alert rules, flags and bookkeeping: each change is shown first, saved, and undone. */
import { deepEqual, equal, notEqual } from "node:assert/strict";
import type { Page } from "playwright-core";
import { once } from "../blocks/once.ts";
import { backEnd, get } from "../support/project/http.ts";
import { signUpOperator } from "../support/project/people.ts";
import { choose, press as pressOn, write } from "./by-keyboard.ts";
import { test, testsEnd, world } from "./opened.ts";
import { diffOf, press, save } from "./saving.ts";
import { onPage } from "./shown-figures.ts";

const operator = once(() => signUpOperator(world));

interface Undone {
  readonly page: string;
  readonly title: string;
  /** The name of the setting in the API. */
  readonly name: string;
  /**
   * `label` is the field's label in the form, and `shown` is its name in the list of changes.
   * `value` is the new value.
   */
  readonly label: string;
  readonly shown: string;
  readonly value: string;
  /** Formats a value as the list of changes shows it, if that is not the API's format. */
  readonly written?: (value: string) => string;
  /** Whether the value is chosen from a list. */
  readonly isChoice?: true;
  readonly list: string;
  readonly key: string;
  readonly field: string;
}

const SECONDS: Readonly<Record<string, string>> = {
  "0": "0 seconds",
  "77": "1 minute 17 seconds (77 seconds)",
};

/** Settings that no other test reads. */
const SETTINGS: readonly Undone[] = [
  {
    ...{ page: "rates", title: "Rate of o3-mini", name: "o3-mini", value: "123.25" },
    written: (usd) => `$${usd.includes(".") ? usd.padEnd(usd.indexOf(".") + 3, "0") : `${usd}.00`}`,
    ...{ label: "Output, USD per million tokens", shown: "output per million (USD)" },
    ...{ list: "rates", key: "model", field: "output_per_million_usd" },
  },
  {
    ...{ page: "alerts", title: "Rule welcome ceiling", name: "welcome_ceiling", value: "77" },
    written: (seconds) => SECONDS[seconds] ?? seconds,
    ...{ label: "Resolves after (seconds)", shown: "resolves after" },
    ...{ list: "rules", key: "rule", field: "resolves_after" },
  },
  {
    ...{ page: "journal-codes", title: "Code of tax payable", name: "tax_payable", value: "4711" },
    ...{ label: "Code", shown: "code" },
    ...{ list: "codes", key: "account", field: "code" },
  },
  {
    ...{ page: "flags", title: "Feature b2b", name: "b2b", value: "off", isChoice: true },
    ...{ label: "State", shown: "state", list: "flags", key: "name", field: "state" },
  },
  {
    ...{ page: "accounting", title: "Policy bonus allocation", name: "bonus_allocation" },
    ...{ label: "Value", shown: "value", value: "zero", isChoice: true },
    ...{ list: "policies", key: "name", field: "value" },
  },
];

/** Returns the setting's present value in the API. */
async function valueOf({ page, list, key, name, field }: Undone): Promise<string> {
  const { data } = JSON.parse((await get(world, `settings/${page}`, backEnd(world))).text);
  return String(data[list].find((one: Record<string, unknown>) => one[key] === name)[field]);
}

/**
 * Returns the field's row in the list of changes. If the setting is a journal code, the list has a
 * second row, with the day from which the code applies.
 */
async function fieldOf(page: Page, { name, shown }: Undone): Promise<string[] | undefined> {
  return (await diffOf(page, name)).find(([field]) => field === shown);
}

for (const setting of SETTINGS) {
  const { page: path, title, label, shown, value, isChoice = false, written = String } = setting;
  test(`a change of ${path} is shown first, saved, and undone by a new version`, async () => {
    const old = await valueOf(setting);
    notEqual(old, value);
    const reason = `An attempt of ${crypto.randomUUID()}`;
    await onPage({ person: await operator(), path: `/settings/${path}` }, async (page) => {
      await press(page, `Change: ${title}`);
      const dialog = page.getByRole("dialog");
      await (isChoice ? choose : write)(dialog.getByLabel(label, { exact: true }), value);
      await press(dialog, "Show what will change");
      deepEqual(await fieldOf(page, setting), [shown, written(old), written(value)]);
      equal(await valueOf(setting), old, "a difference saves nothing");
      await save(page, reason);
      equal(await valueOf(setting), value);
      const past = page.getByRole("row").filter({ hasText: reason });
      await pressOn(past.getByRole("button", { name: /^Undo: / }));
      deepEqual(await fieldOf(page, setting), [shown, written(value), written(old)]);
      await save(page, "as it was");
    });
    equal(await valueOf(setting), old);
  });
}

testsEnd();
