import assert from "node:assert/strict";
import { ROOT } from "../command/root.ts";
import { buildMigrations } from "./build.ts";
import { planTexts } from "./plan-migrations.ts";
import { endsWithPrivileges } from "./privileges.ts";
import {
  badNames,
  brokenReleases,
  readReleased,
  readWritten,
  release,
  type Written,
} from "./released.ts";
import { readSchemas } from "./schema-files.ts";

const LATER = "20990101000000_farthing_later.sql";
const LATEST = "20990102000000_farthing_latest.sql";
const MORE = "-- Why.\n\ncreate table farthing.more ();\n";

interface Copy {
  /** Returns the path of a file in the copied supabase/migrations. */
  path(file: string): string;
  read(): Promise<Written>;
}

/** Passes a copy of supabase/migrations to a test, and removes the copy afterwards. */
async function withCopy(use: (copy: Copy) => Promise<void>): Promise<void> {
  const root = `${await Deno.makeTempDir({ prefix: "farthing-released-" })}/`;
  try {
    await Deno.mkdir(`${root}supabase/migrations`, { recursive: true });
    for (const [file, text] of await readWritten(ROOT)) {
      await Deno.writeTextFile(`${root}supabase/migrations/${file}`, text);
    }
    await use({
      path: (file) => `${root}supabase/migrations/${file}`,
      read: () => readWritten(root),
    });
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

const firstOf = (written: Written) => [...written.keys()][0]!;

Deno.test("a released migration that has changed is refused", () =>
  withCopy(async ({ path, read }) => {
    const released = release(await read());
    assert.deepEqual(brokenReleases(released, await read()), []);
    const first = firstOf(await read());
    await Deno.writeTextFile(path(first), "-- A comment more.\n", { append: true });
    const [problem, ...others] = brokenReleases(released, await read());
    assert.match(problem!, new RegExp(`${first} is released and has changed: restore it`));
    assert.deepEqual(others, []);
  }));

Deno.test("a released migration that was deleted or renamed is refused", () =>
  withCopy(async ({ path, read }) => {
    const released = release(await read());
    const first = firstOf(await read());
    await Deno.rename(path(first), path(LATER));
    const [problem, ...others] = brokenReleases(released, await read());
    assert.match(problem!, new RegExp(`${first} is released and is gone: restore it`));
    assert.deepEqual(others, []);
  }));

Deno.test("a new migration that sorts before a released one is refused, and a later one is accepted", () =>
  withCopy(async ({ path, read }) => {
    await Deno.writeTextFile(path(LATEST), MORE);
    const released = release(await read());
    await Deno.writeTextFile(path(LATER), MORE);
    const [problem, ...others] = brokenReleases(released, await read());
    assert.match(problem!, new RegExp(`${LATER} is not later than ${LATEST}: give`));
    assert.deepEqual(others, []);
    await Deno.rename(path(LATER), path("20990103000000_farthing_last.sql"));
    assert.deepEqual(brokenReleases(released, await read()), []);
  }));

Deno.test("a new migration with a used version is refused", () =>
  withCopy(async ({ path, read }) => {
    const last = [...await read()].at(-1)![0];
    const released = release(await read());
    const taken = `${last.slice(0, 14)}_farthing_x.sql`;
    await Deno.writeTextFile(path(taken), MORE);
    assert.match(
      brokenReleases(released, await read()).join(),
      new RegExp(`${taken} is not later`),
    );
    await Deno.remove(path(taken));
    await Deno.writeTextFile(path(LATER), MORE);
    await Deno.writeTextFile(path(LATER.replace("later", "more")), MORE);
    const problems = brokenReleases(released, await read());
    assert.match(
      problems.join(),
      new RegExp(`_farthing_more.sql is not later than ${LATER}: give`),
    );
  }));

Deno.test("a change of the schemas rewrites the migrations only before the first release", () =>
  withCopy(async ({ read }) => {
    const files = (await readSchemas()).map((file) => ({
      ...file,
      text: `${file.text}-- More.\n`,
    }));
    const written = await read();
    const built = buildMigrations(files).map(({ file, text }) => [file, text]);
    assert.deepEqual([...planTexts(files, {}, written).texts], built);
    const { texts, problems } = planTexts(files, release(written), written);
    assert.deepEqual([[...texts], problems], [[], []]);
  }));

Deno.test("T13: a later migration gets its end while it is the newest, and is refused without it", () =>
  withCopy(async ({ path, read }) => {
    const files = await readSchemas();
    const released = release(await read());
    await Deno.writeTextFile(path(LATER), MORE);
    const { texts } = planTexts(files, released, await read());
    assert.deepEqual([...texts.keys()], [LATER]);
    assert(endsWithPrivileges(texts.get(LATER)!));
    await Deno.writeTextFile(path(LATEST), MORE);
    const [problem] = planTexts(files, released, await read()).problems;
    assert.match(problem!, new RegExp(`${LATER} does not end with the privileges`));
    await Deno.writeTextFile(path(LATER), texts.get(LATER)!);
    assert.deepEqual(planTexts(files, released, await read()).problems, []);
  }));

Deno.test("statements after the privileges of a later migration are refused and not dropped", () =>
  withCopy(async ({ path, read }) => {
    const files = await readSchemas();
    const released = release(await read());
    await Deno.writeTextFile(path(LATER), MORE);
    const framed = planTexts(files, released, await read()).texts.get(LATER)!;
    const added = "create table farthing.h13b (id int);\n";
    const within = (statement: string) =>
      framed.replace("reset lock_timeout;", (reset) => statement + reset);
    const texts = [
      framed + added,
      within(added),
      within("grant execute on function farthing.f to service_role;\n"),
      `${framed}grant select on farthing.more to anon;`,
    ];
    for (const text of texts) {
      await Deno.writeTextFile(path(LATER), text);
      const { texts, problems } = planTexts(files, released, await read());
      assert.deepEqual([...texts], []);
      assert.match(
        problems.join(),
        new RegExp(`${LATER} has statements after its privileges: move them`),
      );
    }
    await Deno.writeTextFile(path(LATER), framed);
    assert.deepEqual([...planTexts(files, released, await read()).texts], [[LATER, framed]]);
  }));

Deno.test("a migration with a wrong name is refused, and so is one that uninstall.sql does not name", () => {
  const written = (file: string) => new Map([[file, MORE]]);
  assert.deepEqual(badNames(written(LATER), "name in ('farthing_later')"), []);
  assert.match(badNames(written(LATER), "")[0]!, /uninstall.sql does not name farthing_later/);
  assert.match(badNames(written("20990101000000_later.sql"), "'later'")[0]!, /is not named/);
});

Deno.test("every released migration is unchanged", async () => {
  assert.deepEqual(brokenReleases(await readReleased(ROOT), await readWritten(ROOT)), []);
});
