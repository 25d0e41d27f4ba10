/**
 * Checks that the pictures in the README and the docs are exactly the pictures that `deno task
 * screenshots` takes.
 */
import { deepEqual, ok } from "node:assert/strict";
import { ROOT } from "../../scripts/command/root.ts";
import { PICTURES } from "../../scripts/screenshots/pictures.ts";
import { makeScene } from "../../scripts/screenshots/busy-customer.ts";
import { takePictures } from "../../scripts/screenshots/take-pictures.ts";
import { test, testsEnd, theConsole, world } from "./opened.ts";
import { withDeliveries } from "../support/project/database.ts";

const PNG = [0x89, 0x50, 0x4e, 0x47];

function filesIn(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => name).toSorted();
}

test("each picture can be taken from the console as it is", async () => {
  const { browser, host } = await theConsole();
  const folder = await Deno.makeTempDir({ prefix: "farthing-pictures-" });
  try {
    const scene = await withDeliveries(world, "shared", () => makeScene(world));
    await takePictures({ browser, address: host.address, scene, folder });
    const taken = filesIn(folder);
    deepEqual(taken, PICTURES.map(({ name }) => `${name}.png`).toSorted());
    for (const file of taken) {
      const bytes = await Deno.readFile(`${folder}/${file}`);
      deepEqual([...bytes.slice(0, PNG.length)], PNG);
    }
    deepEqual(filesIn(`${ROOT}docs/images`), taken, "the pictures in docs");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

test("each picture is shown in README or docs", async () => {
  const pages = ["README.md", "apps/console/README.md", "docs/reference/dashboards.md"];
  const texts = await Promise.all(pages.map((page) => Deno.readTextFile(`${ROOT}${page}`)));
  for (const { name } of PICTURES) {
    ok(texts.some((text) => text.includes(`images/${name}.png`)), `${name} is shown nowhere`);
  }
});

testsEnd();
