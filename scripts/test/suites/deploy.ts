/**
 * Uploads the functions with the real CLI, and checks the sizes of the upload. The uploaded bundles
 * then answer the smoke test of `deno task deploy`. They run with the hosted version of Deno, in
 * isolates with limits. The full run also tests the scenarios in tests/scenarios and the command
 * `deno task deploy` on these bundles. A push tests that command only if the command has changed.
 */
import assert from "node:assert/strict";
import { BUNDLE } from "../../deploy/bundle-functions.ts";
import { uploadFunctions, writeProjectFolder } from "../../deploy/project-folder.ts";
import { readingsOf } from "../../deploy/bundle-sizes.ts";
import { smoke } from "../../deploy/smoke-test.ts";
import { megabytes, overLimits } from "../../deploy/size-limits.ts";
import { hasNpx } from "../../supabase/cli.ts";
import { runDenoTests } from "../../test-tools/deno-tests.ts";
import {
  type ManagementApi,
  PROJECT_REF,
  startManagementApi,
} from "../../test-tools/fake-management-api.ts";
import { isSameAsBase } from "../../test-tools/changes-since-base.ts";
import { withStack } from "../../test-tools/stack-process.ts";
import { checked, type Row, type Suite } from "../../test-tools/suite.ts";
import { deployCommand } from "./deploy-command.ts";
import { DEPLOY_COMMAND, UPLOAD } from "./made-of.ts";

const SCENARIOS = "tests/scenarios/scenarios.test.ts";

async function upload(api: ManagementApi, directory: string): Promise<readonly string[]> {
  const folder = await writeProjectFolder(`${directory}/project`);
  await uploadFunctions(folder, PROJECT_REF, api.environment);
  return folder.names;
}

/**
 * Checks that the upload is a single file without imports, and that the platform leaves the
 * authentication of callers to the function.
 */
function assertUpload(api: ManagementApi, name: string, bytes: number): void {
  const path = `supabase/functions/${name}/${BUNDLE}`;
  const { files, metadata } = api.uploads.find((each) => each.name === name)!;
  assert.deepEqual(files, { [path]: bytes });
  assert.deepEqual(metadata, { entrypoint_path: path, verify_jwt: false });
}

/** Returns a row for each function, with checks of what was uploaded. */
async function sizeRows(api: ManagementApi, names: readonly string[]): Promise<Row[]> {
  const readings = await readingsOf(names.map((name) => `${api.folder}/${name}/${BUNDLE}`));
  return await Promise.all(names.map((name, at) => {
    const { raw, compressed, uploaded } = readings[at]!;
    const sizes = `${megabytes(raw)}, compressed ${megabytes(compressed)}`;
    return checked(`T39 upload of ${name}: ${sizes}`, () => {
      assertUpload(api, name, uploaded);
      assert.deepEqual(overLimits(readings[at]!), []);
      return Promise.resolve();
    });
  }));
}

/** Checks that every uploaded function answers. */
async function assertStarts(url: string, names: readonly string[]): Promise<void> {
  const failed = (await smoke(url, names)).filter(({ state }) => state === "failed");
  assert.deepEqual(failed, []);
}

interface Left {
  readonly scenarios: boolean;
  readonly command: boolean;
}

async function runOn(api: ManagementApi, names: readonly string[], left: Left) {
  const onBundles = async (env: Record<string, string>): Promise<Row[]> => {
    const url = env.SUPABASE_URL!;
    return [
      await checked("all uploaded functions start", () => assertStarts(url, names)),
      ...(left.command ? [] : await deployCommand(url, names.length)),
      ...(left.scenarios
        ? []
        : await runDenoTests({ files: [SCENARIOS], env, flags: ["--no-check"] })),
    ];
  };
  return await withStack(onBundles, ["--bundles", api.folder]);
}

export const deploy: Suite = {
  name: "deploy",
  madeOf: UPLOAD,
  about: "the real CLI's upload: its size, and the scenarios against it under the hosted Deno",
  async run(_words, isFull) {
    if (!await hasNpx()) {
      const why = "needs npx, which comes with Node";
      return { rows: [], skipped: [{ what: this.name, why }] };
    }
    const directory = await Deno.makeTempDir({ prefix: "farthing-upload-" });
    const api = await startManagementApi(directory);
    try {
      const names = await upload(api, directory);
      const left = { scenarios: !isFull, command: !isFull && await isSameAsBase(DEPLOY_COMMAND) };
      const rows = [...await sizeRows(api, names), ...await runOn(api, names, left)];
      return {
        rows,
        skipped: [],
        left: [
          ...(left.scenarios ? [`${SCENARIOS} on the uploaded bundles`] : []),
          ...(left.command ? ["the command deno task deploy, which is as before"] : []),
        ],
      };
    } finally {
      await api.close();
      await Deno.remove(directory, { recursive: true });
    }
  },
};
