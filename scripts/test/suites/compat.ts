/** Checks and tests the functions with the version of Deno that the hosted platform uses. */
import { HOSTED_COMMAND, HOSTED_DENO, HOSTED_ENV } from "@farthing/local-stack/isolates";
import { copyTree } from "../../test-tools/copy-tree.ts";
import { lastLines } from "../../test-tools/deno-process.ts";
import { findTests, runDenoTests } from "../../test-tools/deno-tests.ts";
import { hasNpx } from "../../supabase/cli.ts";
import { checked, type Row, type Suite } from "../../test-tools/suite.ts";
import { ROOT } from "../../command/root.ts";
import { TESTED_FUNCTIONS } from "./made-of.ts";

const FUNCTIONS = "supabase/functions";
const SUPPORT = "tests/support/functions";

/**
 * Returns the deno.json of the copy. The copy also needs the import names of the repository's root,
 * because the tests' helpers use them and are outside of the functions' folder.
 */
async function configOfCopy(): Promise<string> {
  const { imports } = JSON.parse(await Deno.readTextFile(`${ROOT}deno.json`));
  return JSON.stringify({ workspace: [`./${FUNCTIONS}`], imports });
}

async function typeCheck(cwd: string, files: string[]): Promise<Row> {
  return await checked(`type check under Deno ${HOSTED_DENO}`, async () => {
    const [program, ...args] = HOSTED_COMMAND;
    const { success, stderr } = await new Deno.Command(program, {
      args: [...args, "check", "--no-lock", ...files],
      cwd,
      env: HOSTED_ENV,
    }).output();
    if (!success) throw new Error(lastLines(stderr));
  });
}

export const compat: Suite = {
  name: "compat",
  madeOf: TESTED_FUNCTIONS,
  about: `the functions under Deno ${HOSTED_DENO}, the hosted runtime's version`,
  async run(_words, isFull) {
    if (!await hasNpx()) {
      return {
        rows: [],
        skipped: [{ what: this.name, why: "needs npx, which comes with Node" }],
      };
    }
    const copy = await Deno.makeTempDir({ prefix: "functions-" });
    try {
      const files = await copyTree(`${ROOT}${FUNCTIONS}`, `${copy}/${FUNCTIONS}`);
      await copyTree(`${ROOT}${SUPPORT}`, `${copy}/${SUPPORT}`);
      await Deno.writeTextFile(`${copy}/deno.json`, await configOfCopy());
      const code = files.filter((file) => /(?<!\.test)\.tsx?$/.test(file));
      const rows = code.length > 0 ? [await typeCheck(copy, code)] : [];
      if (!isFull) return { rows, skipped: [], left: ["the functions' tests under that version"] };
      rows.push(
        ...await runDenoTests({
          files: (await findTests(["."], copy)).map((file) => file.slice(2)),
          cwd: copy,
          env: HOSTED_ENV,
          command: [...HOSTED_COMMAND],
          flags: ["--no-lock", "--no-check"],
        }),
      );
      return { rows, skipped: [] };
    } finally {
      await Deno.remove(copy, { recursive: true });
    }
  },
};
