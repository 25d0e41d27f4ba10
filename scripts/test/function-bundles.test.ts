import assert from "node:assert/strict";
import { checkBundles } from "./function-bundles.ts";

Deno.test("a function is measured with what it imports, and fails above the limit", async () => {
  const directory = await Deno.makeTempDir();
  try {
    for (const folder of ["_shared", "small", "large"]) await Deno.mkdir(`${directory}/${folder}`);
    const text = `export const text = ${JSON.stringify("x".repeat(20_000))};`;
    await Deno.writeTextFile(`${directory}/_shared/text.ts`, text);
    await Deno.writeTextFile(`${directory}/small/index.ts`, "export default 1;");
    const large = 'import { text } from "../_shared/text.ts"; export default text;';
    await Deno.writeTextFile(`${directory}/large/index.ts`, large);
    const rows = await checkBundles(directory, 10_000);
    assert.deepEqual(rows.map(({ name, failures }) => [name, failures.length]), [
      ["bundle of large, 0.02 MB", 1],
      ["bundle of small, 0.00 MB", 0],
    ]);
    assert.match(rows[0]!.failures[0]!.detail, /^20\d{3} bytes, at most 10000$/);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});
