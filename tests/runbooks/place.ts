/**
 * A folder in which a runbook's shell commands run as printed. It has the file `.env` of a project,
 * and programs under the names that the runbooks use: `npx -y deno@2.9.6` runs this Deno, and
 * `supabase` runs the real CLI, which calls an API that the tests serve.
 */
import { ok } from "node:assert/strict";
import { ROOT } from "../../scripts/command/root.ts";
import { fromStack } from "../../scripts/secrets/sources.ts";
import { STACK_ENV_FILE } from "../../scripts/project/project-settings.ts";
import {
  type ManagementApi,
  PROJECT_REF,
  startManagementApi,
} from "../../scripts/test-tools/fake-management-api.ts";
import { SUPABASE_CLI } from "../../scripts/supabase/cli.ts";
import type { World } from "../support/project/world.ts";

export interface Place {
  readonly folder: string;
  readonly envFile: string;
  readonly api: ManagementApi;
  /** Runs a shell command. Returns its standard output. @throws if the exit code is not 0 */
  readonly sh: (text: string, input?: string) => Promise<string>;
}

/** The settings of a hosted project, with the values of the stack. */
function settingsOf(world: World): Record<string, string> {
  const named = {
    SUPABASE_URL: world.url,
    SUPABASE_PUBLISHABLE_KEY: world.publishableKey,
    SUPABASE_SECRET_KEY: world.secretKey,
    SUPABASE_DB_URL: world.databaseUrl,
    STRIPE_API_URL: world.stripeUrl,
    STRIPE_SECRET_KEY: world.stripeKey,
    STRIPE_WEBHOOK_SECRET: world.webhookSecret,
    MAIL_URL: world.mailUrl,
    NOTIFICATION_SECRET: world.notificationSecret,
    AI_URL: world.aiUrl,
    AI_API_KEY: world.aiKey,
    ...(world.redisUrl && { UPSTASH_REDIS_REST_URL: world.redisUrl }),
    ...(world.redisToken && { UPSTASH_REDIS_REST_TOKEN: world.redisToken }),
  };
  const { values } = fromStack({ values: named, source: STACK_ENV_FILE });
  const all = { ...named, ...values, ALERT_EMAILS: "operators@example.com" };
  return Object.fromEntries(
    Object.entries(all).filter((entry): entry is [string, string] => !!entry[1]),
  );
}

const DENO = Deno.execPath();

async function writeProgram(file: string, lines: string[]): Promise<void> {
  await Deno.writeTextFile(file, ["#!/bin/sh", ...lines, ""].join("\n"), { mode: 0o755 });
}

async function writePrograms(bin: string, npx: string): Promise<void> {
  await Deno.mkdir(bin);
  await writeProgram(`${bin}/npx`, [
    `[ "$1 $2 $3" = "-y deno@2.9.6 task" ] || exec "${npx}" "$@"`,
    `shift 3; exec "${DENO}" task --config "${ROOT}deno.json" "$@"`,
  ]);
  await writeProgram(`${bin}/supabase`, [`exec "${npx}" ${SUPABASE_CLI.slice(1).join(" ")} "$@"`]);
}

/**
 * With these settings, a status of 400 or above makes curl fail, so the test notices it as a person
 * would.
 */
const CURLRC = "silent\nshow-error\nfail-with-body\nmax-time = 120\n";

async function pathOf(program: string): Promise<string> {
  const { stdout } = await new Deno.Command("sh", { args: ["-c", `command -v ${program}`] })
    .output();
  return new TextDecoder().decode(stdout).trim();
}

async function run(
  text: string,
  input: string,
  cwd: string,
  env: Record<string, string>,
): Promise<string> {
  const child = new Deno.Command("sh", {
    args: ["-c", text],
    ...{ cwd, env },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  // A command that does not read its standard input may close it before everything is written.
  const writing = new Blob([input]).stream().pipeTo(child.stdin).catch(() => {});
  const { code, stdout, stderr } = await child.output();
  await writing;
  const [out, complaint] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  ok(code === 0, `${text}\nended with ${code}: ${out}${complaint}`);
  return out!;
}

export async function withPlace<T>(world: World, use: (place: Place) => Promise<T>): Promise<T> {
  const folder = await Deno.makeTempDir({ prefix: "farthing-runbook-" });
  const api = await startManagementApi(folder);
  const bin = `${folder}/bin`;
  const settings = settingsOf(world);
  const envFile = `${folder}/.env`;
  try {
    const lines = Object.entries(settings).map(([name, value]) => `${name}='${value}'\n`);
    await Deno.writeTextFile(envFile, lines.join(""), { mode: 0o600 });
    await Deno.writeTextFile(`${folder}/.curlrc`, CURLRC);
    await writePrograms(bin, await pathOf("npx"));
    const database = new URL(world.databaseUrl);
    database.searchParams.set("sslmode", "disable");
    const env = {
      ...{ ...settings, ...api.environment },
      ...{ NO_COLOR: "1", CURL_HOME: folder, PATH: `${bin}:${Deno.env.get("PATH")}` },
      DEPLOY_DATABASE_URL: database.href,
    };
    const named = (text: string) => text.replaceAll(/(?<= )\.env\b/g, envFile);
    return await use({
      ...{ folder, envFile, api },
      sh: (text, input = "") => run(named(text), input, folder, env),
    });
  } finally {
    await api.close();
    await Deno.remove(folder, { recursive: true });
  }
}

/** The placeholders of all runbooks, and their values on the stack. */
export function commonValues(world: World): readonly (readonly [string, string])[] {
  return [
    ["https://REF.supabase.co", world.url],
    ["sb_secret_…", world.secretKey],
    ["REF", PROJECT_REF],
  ];
}
