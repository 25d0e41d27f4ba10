/**
 * Runs the jobs of one queue in a process of its own, which a test can kill or stop. The process
 * uses a pooled connection and the options in RUNNER, a JSON object. It prints "ready" when it
 * begins, then its log as one JSON object per line. It ends when its standard input ends.
 */
import { print } from "@farthing/command-line";
import { systemClock } from "../../../supabase/functions/_shared/core/timers.ts";
import { runJobs } from "../../../supabase/functions/_shared/domain/jobs/run-jobs.ts";
import { servicesWithModels } from "../../../supabase/functions/_shared/services-with-models.ts";
import { typesOf } from "../work/job-queue.ts";

// New jobs arrive within milliseconds, and the database wakes no runner in this process.
const LOOK_AGAIN_MS = 25;

const { queue, ...options } = JSON.parse(Deno.env.get("RUNNER")!);
const services = servicesWithModels();
const types = typesOf(queue);

let isWanted = true;
const ending = Deno.stdin.readable.pipeTo(new WritableStream()).finally(() => isWanted = false);

print("ready");
while (isWanted) {
  // An unavailable database fails this run, and the next run tries again.
  const report = await runJobs(services, types, systemClock, options).catch(() => undefined);
  if (!report?.claimed) await systemClock.sleep(LOOK_AGAIN_MS);
}
await ending;
await services.database.close();
