/**
 * Runs `deno task deploy` as a user does, against an empty PostgreSQL and an emulated Management
 * API.
 */
import assert from "node:assert/strict";
import { pendingMigrations } from "../../deploy/push-migrations.ts";
import type { DatabaseServer } from "@farthing/local-stack/postgres";
import {
  type ManagementApi,
  PROJECT_REF,
  startManagementApi,
} from "../../test-tools/fake-management-api.ts";
import { PROJECT, withNewProject } from "../../test-tools/project-database.ts";
import { checked, type Row } from "../../test-tools/suite.ts";
import { ROOT } from "../../command/root.ts";

/** Secret values that the command must send but never print. */
const SECRETS = {
  STRIPE_SECRET_KEY: "sk_test_neverShownOne",
  STRIPE_WEBHOOK_SECRET: "whsec_neverShownTwo",
  APP_ORIGINS: "https://never-shown-three.test",
};
const ENV_FILE = Object.entries({ ...SECRETS, STRIPE_API_URL: "http://127.0.0.1:1" })
  .map(([name, value]) => `${name}=${value}\n`).join("");

interface NewProject {
  readonly api: ManagementApi;
  readonly server: DatabaseServer;
  /** The URL of running functions, which the smoke test calls. */
  readonly url: string;
  readonly envFile: string;
}

interface Ended {
  readonly code: number;
  readonly said: string;
}

function databaseUrl(server: DatabaseServer, database = PROJECT): string {
  const url = new URL(server.url(database));
  url.searchParams.set("sslmode", "disable");
  return url.href;
}

async function run(
  { api, server, url, envFile }: NewProject,
  flags: readonly string[],
  env: Record<string, string> = {},
): Promise<Ended> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-A", "scripts/deploy/main.ts", "--project", PROJECT_REF],
      ...["--url", url, "--env-file", envFile, ...flags],
    ],
    cwd: ROOT,
    env: { NO_COLOR: "1", ...api.environment, DEPLOY_DATABASE_URL: databaseUrl(server), ...env },
    stdin: "null",
  }).output();
  const said = new TextDecoder().decode(new Uint8Array([...stdout, ...stderr]));
  for (const value of Object.values(SECRETS)) assert(!said.includes(value), said);
  return { code, said };
}

async function ask<T>(server: DatabaseServer, query: string): Promise<T> {
  const sql = server.connect(PROJECT, { max: 1 });
  try {
    const [row] = await sql.unsafe(query);
    return row!.answer as T;
  } finally {
    await sql.end();
  }
}

async function assertUntouched({ api, server }: NewProject): Promise<void> {
  assert.deepEqual(api.calls.filter((call) => !call.startsWith("GET ")), []);
  assert.equal(await ask(server, "select to_regnamespace('farthing') is null as answer"), true);
}

async function dryRun(project: NewProject, functions: number): Promise<void> {
  const { code, said } = await run(project, ["--dry-run"]);
  assert.equal(code, 0, said);
  assert.match(said, new RegExp(`✓ +bundles +${functions} functions`));
  assert.match(
    said,
    /set APP_ORIGINS, STRIPE_SECRET_KEY, STRIPE_WEBHOOK_SECRET; leave out STRIPE_API_URL/,
  );
  assert.match(said, /apply \d+; add missing seed rows/);
  assert.match(said, /expose farthing_public beside public, graphql_public/);
  await assertUntouched(project);
}

async function unasked(project: NewProject): Promise<void> {
  const { code, said } = await run(project, []);
  assert.equal(code, 2, said);
  assert.match(said, /pass --yes to deploy/);
  await assertUntouched(project);
}

async function unreachable(project: NewProject): Promise<void> {
  const url = new URL(databaseUrl(project.server));
  url.password = "neverShownFour";
  url.port = "9";
  const { code, said } = await run(project, ["--yes"], { DEPLOY_DATABASE_URL: url.href });
  assert.equal(code, 1, said);
  assert.match(said, /✗ +migrations +failed to connect[^]*Nothing was changed/);
  assert(!said.includes("neverShownFour"), said);
  await assertUntouched(project);
}

async function wholeDeployment(project: NewProject, functions: number): Promise<void> {
  const { api, server } = project;
  const { code, said } = await run(project, ["--yes"]);
  assert.equal(code, 0, said);
  assert.match(said, /✓ +live[^]*✓ +functions +all \d+ start/);
  // Without Redis, the functions work and report that Redis is missing.
  assert.match(said, /✓ +ready|! +ready +degraded: [^\n]*redis degraded/);
  assert.equal(api.deployed.size, functions);
  assert.deepEqual(Object.fromEntries(api.secrets), SECRETS);
  assert.equal(api.exposed, "public,graphql_public,farthing_public");
  const migrations = [...Deno.readDirSync(`${ROOT}supabase/migrations`)].length;
  const applied = "select count(*)::int as answer from supabase_migrations.schema_migrations";
  assert.equal(await ask(server, applied), migrations);
  assert.deepEqual(await pendingMigrations(databaseUrl(server)), []);
  assert.equal(await ask(server, "select count(*)::int as answer from farthing.packages"), 5);
  assert.equal(await ask(server, "select count(*)::int as answer from farthing.prove()"), 0);
}

/** @param url the URL of functions that run already. The command does not deploy to their database */
export async function deployCommand(url: string, functions: number): Promise<Row[]> {
  const directory = await Deno.makeTempDir({ prefix: "farthing-deploy-" });
  const api = await startManagementApi(directory);
  const envFile = `${directory}/.env`;
  await Deno.writeTextFile(envFile, ENV_FILE);
  try {
    return await withNewProject(async (server) => {
      const project: NewProject = { api, server, url, envFile };
      return [
        await checked(
          "deploy --dry-run shows all and changes nothing",
          () => dryRun(project, functions),
        ),
        await checked(
          "deploy asks, and where nobody can answer changes nothing",
          () => unasked(project),
        ),
        await checked(
          "deploy stops before a database that it can't reach, and hides its password",
          () => unreachable(project),
        ),
        await checked(
          "deploy brings migrations, secrets and functions to a new project",
          () => wholeDeployment(project, functions),
        ),
      ];
    });
  } finally {
    await api.close();
    await Deno.remove(directory, { recursive: true });
  }
}
