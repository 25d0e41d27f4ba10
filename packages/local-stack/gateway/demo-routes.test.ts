import assert from "node:assert/strict";
import { loadKeys } from "../core/keys.ts";
import { type DemoResult, readDemoResult, storeDemoResult } from "../stack/demo-result.ts";
import { removeData } from "../stack/end-stack.ts";
import { demoRoutes } from "./demo-routes.ts";

const RESULT: DemoResult = {
  command: "deno task demo",
  ended_at: "2026-11-24T03:20:00.000Z",
  figures: [{ name: "balance", service: "17.5", computed: "17.5", equal: true }],
  violations: 0,
};

type Put = (key: string, body: unknown) => Promise<number>;

async function withStored(use: (put: Put, dataDir: string, secretKey: string) => Promise<void>) {
  const dataDir = await Deno.makeTempDir({ prefix: "farthing-demo-" });
  try {
    const keys = await loadKeys(dataDir);
    const app = demoRoutes((result) => storeDemoResult(dataDir, result), keys);
    const put: Put = async (apikey, body) =>
      (await app.request("/stack/demo", {
        method: "PUT",
        headers: { apikey },
        body: JSON.stringify(body),
      })).status;
    await use(put, dataDir, keys.secretKey);
  } finally {
    await Deno.remove(dataDir, { recursive: true });
  }
}

Deno.test("a demo's result is stored with the secret key, and replaced by the next one", () =>
  withStored(async (put, dataDir, secretKey) => {
    assert.equal(await readDemoResult(dataDir), undefined);
    assert.equal(await put(secretKey, RESULT), 204);
    assert.deepEqual(await readDemoResult(dataDir), RESULT);
    assert.equal(await put(secretKey, { ...RESULT, violations: 2 }), 204);
    assert.equal((await readDemoResult(dataDir))?.violations, 2);
  }));

Deno.test("a demo's result is refused without the secret key, and with another shape", () =>
  withStored(async (put, dataDir, secretKey) => {
    assert.equal(await put("sb_publishable_1", RESULT), 401);
    assert.equal(await put(secretKey, { ...RESULT, violations: -1 }), 400);
    assert.equal(await put(secretKey, "none"), 400);
    assert.equal(await readDemoResult(dataDir), undefined);
  }));

Deno.test("a stored result that an older version has written with another shape counts as none", () =>
  withStored(async (_put, dataDir) => {
    await Deno.writeTextFile(`${dataDir}/demo.json`, '{"requests": 2000}');
    assert.equal(await readDemoResult(dataDir), undefined);
    await Deno.writeTextFile(`${dataDir}/demo.json`, "{");
    assert.equal(await readDemoResult(dataDir), undefined);
  }));

Deno.test("a reset removes the result with the stack's data, and leaves the user's files", () =>
  withStored(async (put, dataDir, secretKey) => {
    await put(secretKey, RESULT);
    await Deno.writeTextFile(`${dataDir}/mine.txt`, "");
    await removeData(dataDir);
    assert.deepEqual(Array.from(Deno.readDirSync(dataDir), ({ name }) => name), ["mine.txt"]);
  }));
