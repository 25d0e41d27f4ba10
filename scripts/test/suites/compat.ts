/** The functions alone, as they are deployed: their size; types and tests by the hosted version of Deno. */
import { findTests, lastLines, runDenoTests } from "../deno-tests.ts";
import { checkBundles } from "../function-bundles.ts";
import { hasNpx } from "../supabase-cli.ts";
import { checked, ROOT, type Row, type Suite } from "../suite.ts";

/** What the hosted runtime is compatible with; newer APIs fail here before they fail there. */
const HOSTED_DENO = "2.1.4";
const COMMAND = ["npx", "-y", `deno@${HOSTED_DENO}`];
/** Its own cache, for the two versions do not read each other's; kept between runs. */
const ENV = {
  DENO_TLS_CA_STORE: "system",
  DENO_DIR: `${ROOT}.farthing/deno-${HOSTED_DENO}`,
  NO_COLOR: "1",
};

async function copyTree(from: string, to: string): Promise<string[]> {
  await Deno.mkdir(to, { recursive: true });
  const files: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(from)) {
    if (name === "node_modules") continue;
    if (isDirectory) files.push(...await copyTree(`${from}/${name}`, `${to}/${name}`));
    else {
      await Deno.copyFile(`${from}/${name}`, `${to}/${name}`);
      files.push(`${to}/${name}`);
    }
  }
  return files;
}

async function typeCheck(cwd: string, files: string[]): Promise<Row> {
  return await checked(`type check under Deno ${HOSTED_DENO}`, async () => {
    const [program, ...args] = COMMAND;
    const { success, stderr } = await new Deno.Command(program!, {
      args: [...args, "check", "--no-lock", ...files],
      cwd,
      env: ENV,
    }).output();
    if (!success) throw new Error(lastLines(stderr));
  });
}

export const compat: Suite = {
  name: "compat",
  about: `the functions under Deno ${HOSTED_DENO}, the hosted runtime's version`,
  async run() {
    const bundles = await checkBundles(`${ROOT}supabase/functions`);
    if (!await hasNpx()) {
      return {
        rows: bundles,
        skipped: [{ what: this.name, why: "needs npx, which comes with Node" }],
      };
    }
    const copy = await Deno.makeTempDir({ prefix: "functions-" });
    try {
      const files = await copyTree(`${ROOT}supabase/functions`, copy);
      const code = files.filter((file) => /\.tsx?$/.test(file));
      const rows = code.length > 0 ? [...bundles, await typeCheck(copy, code)] : bundles;
      rows.push(
        ...await runDenoTests({
          files: (await findTests(["."], copy)).map((file) => file.slice(2)),
          cwd: copy,
          env: ENV,
          command: COMMAND,
          flags: ["--no-lock", "--no-check"],
        }),
      );
      return { rows, skipped: [] };
    } finally {
      await Deno.remove(copy, { recursive: true });
    }
  },
};
