/** Runs the job runner with emulated jobs in memory, and with a clock that a test advances. */
import type { Ai } from "../../../../supabase/functions/_shared/adapters/ai/ai.ts";
import type { Database } from "../../../../supabase/functions/_shared/adapters/database/database.ts";
import { type Lifetime, NO_END } from "../../../../supabase/functions/_shared/core/isolate.ts";
import { type JobType } from "../../../../supabase/functions/_shared/domain/jobs/job-type.ts";
import { runJobs } from "../../../../supabase/functions/_shared/domain/jobs/run-jobs.ts";
import type { RunnerOptions } from "../../../../supabase/functions/_shared/domain/jobs/runner-options.ts";
import type { LogRecord } from "../../../../supabase/functions/_shared/core/logger.ts";
import { countedMetrics } from "./counted-metrics.ts";
import { FAKE_AI } from "./ai.ts";
import { FakeClock } from "./clock.ts";
import { FakeJobs } from "./jobs.ts";
import { FUNCTIONS_URL } from "./services.ts";

interface Line {
  readonly level: string;
  readonly message: string;
  readonly record: LogRecord;
}

interface WorldOptions {
  readonly ai?: Partial<Ai>;
  /** Database functions that the tested jobs call and the runner itself does not call. */
  readonly database?: Partial<Database>;
  readonly lifetime?: Lifetime;
}

export function makeJobWorld(
  { ai = {}, database = {}, lifetime = NO_END }: WorldOptions = {},
) {
  const clock = new FakeClock();
  const jobs = new FakeJobs(clock);
  const lines: Line[] = [];
  const metrics = countedMetrics();
  const tools = {
    ai: () => Promise.resolve({ ...FAKE_AI, ...ai }),
    database: jobs.database(database),
    metrics,
    functionsUrl: FUNCTIONS_URL,
    lifetime,
    now: () => new Date(clock.nowMs()),
    log: (level: string, message: string, record: LogRecord = {}) =>
      void lines.push({ level, message, record }),
  };
  const run = (types: readonly JobType[], options: Partial<RunnerOptions> = {}) =>
    runJobs(tools, types, clock, options);
  return { clock, jobs, lines, metrics, tools, run };
}
