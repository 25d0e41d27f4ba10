import assert from "node:assert/strict";
import { readingsOf } from "./bundle-sizes.ts";
import { LIMITS, overLimits } from "./size-limits.ts";

async function withFiles(
  files: Record<string, string>,
  use: (paths: string[]) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    for (const [name, text] of Object.entries(files)) {
      await Deno.writeTextFile(`${folder}/${name}`, text);
    }
    await use(Object.keys(files).map((name) => `${folder}/${name}`));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("T39: a bundle is measured raw, compressed and as uploaded", async () => {
  const text = `import "node:crypto";\nexport default ${JSON.stringify("x".repeat(20_000))};\n`;
  await withFiles({ "a.js": text, "b.js": "export default 1;\n" }, async (paths) => {
    const [large, small] = await readingsOf(paths);
    assert.deepEqual([large?.raw, large?.uploaded], [text.length, text.length]);
    assert(large!.compressed < 200, String(large!.compressed));
    assert.deepEqual([small?.raw, small?.uploaded], [18, 18]);
  });
});

Deno.test("T39: a bundle that imports another file or a package is refused", async () => {
  await withFiles({ "a.js": `import "./b.mjs";`, "b.mjs": "" }, async ([entry]) => {
    await assert.rejects(readingsOf([entry!]), /but imports .*b\.mjs/);
  });
  await withFiles(
    { "a.js": `export const load = () => import("npm:zod@4.6.7");` },
    async (paths) => {
      await assert.rejects(readingsOf(paths), /npm:zod@4\.6\.7/);
    },
  );
});

Deno.test("T39: a function is too large if a single reading is", () => {
  const fine = { raw: 3_799_999, compressed: 1, uploaded: 1 };
  assert.deepEqual(overLimits(fine), []);
  for (const { reading, bytes } of LIMITS) {
    const over = overLimits({ ...fine, [reading]: bytes });
    assert.equal(over.length, 1);
    assert.match(over[0]!, new RegExp(`^${reading}: \\d\\.\\d\\d MB, must be below`));
  }
});
