/** Runs `deno task golive` against the stack of the tests, and reads its report. */
import { equal } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import type { Report } from "../../scripts/golive/core/report.ts";
import { isGenuine, type SignedReport } from "../../scripts/golive/core/sign.ts";
import type { World } from "../support/project/world.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const MAIN = "scripts/golive/main.ts";

/** The settings of a test. They are added to the stack's settings, or replace them. */
export type Settings = Readonly<Record<string, string>>;

function settingsOf(world: World): Settings {
  return {
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
    UPSTASH_REDIS_REST_URL: world.redisUrl ?? "",
    UPSTASH_REDIS_REST_TOKEN: world.redisToken ?? "",
  };
}

/** Starts a command. With `--live` it gets the confirmation that a person types: the project's host. */
export function spawn(world: World, args: readonly string[], settings: Settings = {}) {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", MAIN, ...args],
    cwd: ROOT,
    env: { NO_COLOR: "1", ...settingsOf(world), ...settings },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const typed = args.includes("--live") ? `${new URL(world.url).host}\n` : "";
  // A command that asks for no confirmation may end before it has read its input. This is no error.
  new Blob([typed]).stream().pipeTo(child.stdin).catch(() => {});
  return child;
}

export interface Ended {
  readonly code: number;
  readonly report: Report;
  /** Returns the state of a step, or `not run` if the report does not have the step. */
  state(code: string): string;
  evidence(code: string): string;
  next(code: string): string | undefined;
}

export function endedOf(code: number, report: Report): Ended {
  return {
    ...{ code, report },
    state: (step) => report.checked.find((each) => each.code === step)?.state ?? "not run",
    evidence: (step) =>
      report.evidence.find((each) => each.code === step)?.evidence.join("\n") ?? "",
    next: (step) => report.next.find((text) => text.startsWith(`${step}: `)),
  };
}

/** Runs a command to its end. Asserts that the signature of its report is valid. */
export async function golive(
  world: World,
  args: readonly string[],
  settings: Settings = {},
): Promise<Ended> {
  const { code, stdout, stderr } = await spawn(world, [...args, "--json"], settings).output();
  const [said, complaint] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  if (!said?.startsWith("{")) throw new Error(`golive ${args.join(" ")}: ${said}${complaint}`);
  const signed = JSON.parse(said) as SignedReport;
  equal(await isGenuine(signed), true);
  return endedOf(code, signed.report);
}

/** The failed steps of a report. */
export const failures = ({ report }: Ended): string[] =>
  report.checked.filter(({ state }) => state === "failed").map(({ code }) => code);
