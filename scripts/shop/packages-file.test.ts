import assert from "node:assert/strict";
import {
  FileAccessError,
  PackagesFileError,
  readPackagesFile,
  readText,
  writeNewFile,
  writePackagesFile,
} from "./packages-file.ts";

const MINI = {
  slug: "mini",
  name: "Mini",
  credits: "4990",
  prices: [{ currency: "usd", amount: 499 }],
};

const file = (...packages: unknown[]) => JSON.stringify({ packages });

Deno.test("a file of packages is read with its defaults", () => {
  assert.deepEqual(readPackagesFile(file(MINI)), [{
    ...MINI,
    highlight: false,
    sort: 0,
    bonus_credits: "0",
  }]);
});

Deno.test("the committed file is valid, and its schema exists", async () => {
  const url = new URL("../../farthing.packages.json", import.meta.url);
  const text = await Deno.readTextFile(url);
  assert.equal(readPackagesFile(text).length, 5);
  assert.ok((await Deno.stat(new URL(JSON.parse(text).$schema, url))).isFile);
});

Deno.test("a file of the packages on sale has no defaults and no retired packages", () => {
  const shared = { id: crypto.randomUUID(), version: 1, effective_from: "2026-11-21T12:00:00Z" };
  const mini = { ...MINI, description: null, highlight: false, sort: 0, bonus_credits: "0" };
  const more = { slug: "plus", description: "More", highlight: true, sort: 2, bonus_credits: "5" };
  const written = JSON.parse(writePackagesFile({
    version: "7",
    history: [],
    scheduled: [
      { ...shared, ...mini, ...more, active: true },
      { ...shared, ...mini, slug: "soon", active: true, effective_from: "2027-01-01T00:00:00Z" },
      { ...shared, ...mini, slug: "soon", active: true, effective_from: "2027-02-01T00:00:00Z" },
    ],
    packages: [
      { ...shared, ...mini, active: true },
      { ...shared, ...mini, ...more, active: true },
      { ...shared, ...mini, slug: "old", active: false },
    ],
  }));
  const soon = { ...MINI, slug: "soon", effective_from: "2027-01-01T00:00:00Z" };
  assert.deepEqual(written.packages, [MINI, { ...MINI, ...more }, soon]);
  assert.equal(readPackagesFile(JSON.stringify(written)).length, 3);
});

const REFUSED: [string, string, RegExp][] = [
  ["no JSON", "{", /JSON/],
  ["no packages", "{}", /packages: /],
  ["an empty list", file(), /packages: /],
  ["a misspelt field", file({ ...MINI, higlight: true }), /packages\[0\]: .*higlight/],
  ["the same slug twice", file(MINI, MINI), /packages: .*slug twice/],
  ["a slug with a space", file({ ...MINI, slug: "a b" }), /packages\[0\]\.slug: /],
  ["credits as a number", file({ ...MINI, credits: 5 }), /packages\[0\]\.credits: .*strings/],
  [
    "a price with decimals",
    file(MINI, { ...MINI, slug: "b", prices: [{ currency: "usd", amount: 4.99 }] }),
    /packages\[1\]\.prices\[0\]\.amount: /,
  ],
  [
    "a currency twice",
    file({ ...MINI, prices: [MINI.prices[0], MINI.prices[0]] }),
    /packages\[0\]\.prices: .*currency twice/,
  ],
  [
    "an upper-case currency",
    file({ ...MINI, prices: [{ currency: "USD", amount: 499 }] }),
    /packages\[0\]\.prices\[0\]\.currency: /,
  ],
];

for (const [title, text, message] of REFUSED) {
  Deno.test(`a file with ${title} is refused, and the message names the place`, () => {
    assert.throws(() => readPackagesFile(text), (error) => {
      assert.ok(error instanceof PackagesFileError);
      assert.match(error.message, message);
      return true;
    });
  });
}

Deno.test("a file that exists is not overwritten, and one that does not exist is named", async () => {
  const file = `${await Deno.makeTempDir()}/shop.json`;
  await assert.rejects(
    readText(file),
    new FileAccessError(`${file} can't be read: it does not exist.`),
  );
  await writeNewFile(file, "mine");
  await assert.rejects(writeNewFile(file, "theirs"), (error: Error) => {
    assert.ok(error instanceof FileAccessError);
    assert.match(error.message, /can't be written: it exists/);
    return true;
  });
  assert.equal(await readText(file), "mine");
});
