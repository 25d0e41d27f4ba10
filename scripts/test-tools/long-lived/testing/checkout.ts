/**
 * Makes a copy of the repository. The project in the copy has only one migration. Test runs in the
 * copy store everything in the copy's `.farthing`. The project's tests write down which server they
 * ran on and what the database contained.
 */
import { copyTree } from "../../copy-tree.ts";
import { lastLines } from "../../deno-process.ts";
import { withCleanup } from "@farthing/command-line";
import { ROOT } from "../../../command/root.ts";

const COPIED = ["bench", "packages", "scripts", "supabase/functions"];
const FILES = ["deno.json", "deno.lock", "supabase/config.toml"];
const LINKED = ["node_modules", "supabase/functions/node_modules"];

/** The project's only schema file. The migration has the same content. */
const SCHEMA = "supabase/schemas/project/tables.sql";
const MIGRATION = "supabase/migrations/20261101000000_farthing_tables.sql";

/**
 * Returns the source of a test. The test records its server and the content of its database in
 * `seen.json`.
 */
const testThat = (fails: boolean) => `
import postgres from "postgres";
Deno.test("seen", async () => {
  const sql = postgres(Deno.env.get("SUPABASE_DB_URL"), { max: 1 });
  const [row] = await sql\`select inet_server_port() as port, pg_postmaster_start_time()::text as since,
    obj_description('farthing'::regnamespace) as migration\`;
  await sql.end();
  await Deno.writeTextFile("seen.json", JSON.stringify(row));
  if (${fails}) throw new Error("as it should");
});
`;

interface Seen {
  readonly port: number;
  /** The time at which the server started. */
  readonly since: string;
  /** The text that the migration stored in the database. */
  readonly migration: string;
}

export interface Checkout {
  /** Runs `deno task test` with these arguments. Resolves to true if the run passes. */
  test(...args: string[]): Promise<boolean>;
  /** Runs tests that must pass, and returns what they wrote to `seen.json`. */
  seenBy(...args: string[]): Promise<Seen>;
  /** Changes the migration. */
  migrate(said: string): Promise<void>;
  /** Returns the names of the files in `.farthing/test`, except locks. */
  stored(): string[];
}

async function fill(root: string): Promise<void> {
  for (const folder of COPIED) await copyTree(`${ROOT}${folder}`, `${root}/${folder}`);
  for (const file of FILES) await Deno.copyFile(`${ROOT}${file}`, `${root}/${file}`);
  for (const place of LINKED) {
    const isThere = await Deno.stat(`${ROOT}${place}`).then(() => true, () => false);
    if (isThere) await Deno.symlink(`${ROOT}${place}`, `${root}/${place}`);
  }
  const folders = [
    "supabase/migrations",
    "supabase/schemas/project",
    "supabase/tests/project",
    "tests",
  ];
  for (const folder of folders) await Deno.mkdir(`${root}/${folder}`, { recursive: true });
  const config = `${root}/supabase/config.toml`;
  const paths = `schema_paths = ["./schemas/project/tables.sql"]`;
  const text = await Deno.readTextFile(config);
  await Deno.writeTextFile(config, text.replace(/^schema_paths = \[[^\]]*\]/m, paths));
  await Deno.writeTextFile(`${root}/supabase/farthing_seed.sql`, "");
  for (const folder of ["supabase/tests/project", "tests"]) {
    await Deno.writeTextFile(`${root}/${folder}/passing.test.ts`, testThat(false));
    await Deno.writeTextFile(`${root}/${folder}/failing.test.ts`, testThat(true));
  }
}

async function runTests(root: string, args: string[]) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "scripts/test/main.ts", ...args],
    cwd: root,
    env: { CI: "", NO_COLOR: "1" },
    stdin: "null",
  }).output();
  return { passed: code === 0, said: `${lastLines(stdout)}\n${lastLines(stderr)}` };
}

/** Passes a checkout to `use`, then stops its servers and removes it. */
export async function withCheckout<T>(use: (checkout: Checkout) => Promise<T>): Promise<T> {
  const root = await Deno.makeTempDir({ prefix: "farthing-checkout-" });
  await Deno.chmod(root, 0o755); // The database server's Unix user needs access.
  const migrate = async (said: string) => {
    const text = `create extension if not exists pg_cron with schema pg_catalog;
      create schema farthing;
      create schema farthing_public;
      comment on schema farthing is '${said}';`;
    for (const file of [SCHEMA, MIGRATION]) await Deno.writeTextFile(`${root}/${file}`, text);
  };
  const cleanup = async () => {
    await runTests(root, ["--end"]);
    await Deno.remove(root, { recursive: true });
  };
  return await withCleanup(cleanup, async () => {
    await fill(root);
    await migrate("first");
    return await use({
      migrate,
      test: async (...args) => (await runTests(root, args)).passed,
      async seenBy(...args) {
        const { passed, said } = await runTests(root, args);
        if (!passed) throw new Error(said);
        return JSON.parse(await Deno.readTextFile(`${root}/seen.json`));
      },
      stored: () =>
        [...Deno.readDirSync(`${root}/.farthing/test`)].map(({ name }) => name)
          .filter((name) => !name.endsWith(".lock")).sort(),
    });
  });
}
