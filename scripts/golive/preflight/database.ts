/** Checks the database: its migrations, its scheduled tasks, and its advisors' findings. */
import { waitFor } from "@farthing/command-line";
import { Tasks } from "../../../supabase/functions/_shared/contracts/health-operators.ts";
import type { GoLiveStep } from "../command/context.ts";
import { taskLine } from "../command/task-line.ts";
import { failed, found, skipped, warning } from "../core/step.ts";
import { ROOT } from "../../command/root.ts";
import { adviceIn } from "../../supabase/advice.ts";
import { hasNpx, lastWord, runSupabase } from "../../supabase/cli.ts";
import { targetOf } from "../../deploy/push-migrations.ts";
import { ask, dataOf } from "../shared/ask.ts";
import { inDatabase } from "../shared/database.ts";

async function ownVersions(): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of Deno.readDir(`${ROOT}supabase/migrations`)) {
    const version = /^(\d{14})_.*\.sql$/.exec(name)?.[1];
    if (version) names.push(version);
  }
  return names.toSorted();
}

export const migrations: GoLiveStep = {
  code: "preflight.migrations",
  title: "Does the database have this version's migrations?",
  source: "project",
  run: ({ project, options }) =>
    inDatabase(project, async (sql) => {
      const wanted = await ownVersions();
      const rows = await sql<{ version: string; name: string | null }[]>`
        select version, name from supabase_migrations.schema_migrations order by version`;
      const has = new Set(rows.map(({ version }) => version));
      const missing = wanted.filter((version) => !has.has(version));
      const unknown = rows.filter(({ version, name }) =>
        name?.startsWith("farthing_") && !wanted.includes(version)
      );
      const evidence = `${wanted.length - missing.length} of ${wanted.length} are applied`;
      if (missing.length > 0) {
        const fix = `${taskLine(options, "deploy --project REF")} pushes them.`;
        return failed([evidence, `missing: ${missing.join(", ")}`], fix);
      }
      return unknown.length === 0 ? found(evidence) : failed(
        [evidence, `not in this folder: ${unknown.map(({ version }) => version).join(", ")}`],
        "Use the commit that the project was deployed from, or a newer one.",
      );
    }),
};

/**
 * The tasks run every minute. `GET /health/ready` uses the same limit: it reports tasks as silent
 * after five minutes.
 */
const SILENT_SECONDS = 300;
const FIRST_RUN_MS = 75_000;

export const cron: GoLiveStep = {
  code: "preflight.cron",
  title: "Do the scheduled tasks run?",
  source: "project",
  async run({ project }) {
    const read = async () => dataOf(await ask(project, "health/tasks"), 200, Tasks);
    const hasRun = async () => {
      const answer = await read();
      return answer.ran_at === null ? undefined : answer;
    };
    // The tasks run once a minute. In a new project, wait for their first run.
    const { tasks, silent_seconds, ran_at } = await waitFor(hasRun, FIRST_RUN_MS, 1000) ??
      await read();
    const failing = tasks.filter(({ failures }) => failures > 0);
    const disabled = tasks.filter(({ enabled }) => !enabled);
    const evidence = [
      `${tasks.length} tasks, the last look at ${ran_at ?? "no time"}, silent ${silent_seconds} s`,
      ...failing.map(({ task, last_error }) => `${task} fails: ${last_error}`),
      ...disabled.map(({ task }) => `${task} is disabled`),
    ];
    if (ran_at === null || silent_seconds >= SILENT_SECONDS) {
      return failed(evidence, "pg_cron does not run: docs/runbooks/tasks_stopped.md.");
    }
    return failing.length + disabled.length === 0
      ? found(evidence)
      : warning(evidence, "docs/runbooks/task_failed.md says how to repair a task.");
  },
};

export const advisors: GoLiveStep = {
  code: "preflight.advisors",
  title: "Do the database's advisors find nothing?",
  source: "project",
  async run({ project: { databaseUrl, isLocal } }) {
    if (databaseUrl === undefined) return skipped("SUPABASE_DB_URL is not set");
    if (!await hasNpx()) return skipped("the Supabase CLI needs npx, which is not installed");
    const url = new URL(databaseUrl);
    if (isLocal) url.searchParams.set("sslmode", "disable");
    const { remote, env } = targetOf(url.href);
    const args = ["db", "advisors", "--level", "warn", `--remote=${remote}`];
    const said = await runSupabase(args, { env: { SUPABASE_YES: "1", ...env } });
    if (!said.success) return skipped(`the Supabase CLI failed: ${lastWord(said)}`);
    const found_ = adviceIn(said.stdout).map(({ level, name, detail }) =>
      `${level} ${name}: ${detail}`
    );
    return found_.length === 0
      ? found("db advisors --level warn: 0 findings")
      : failed(found_, "Correct each finding in the schema that it names, and push a migration.");
  },
};
