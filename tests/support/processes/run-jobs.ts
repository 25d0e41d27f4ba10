/**
 * Runs the jobs of one queue in a separate process, which a test can kill or stop. The process uses a
 * pooled connection, and reads its options from RUNNER, a JSON object. It prints "ready" at the start, and
 * then each log entry as a line of JSON. It ends when its standard input is closed.
 */
import { print } from "@farthing/command-line";
import { systemClock } from "../../../supabase/functions/_shared/core/timers.ts";
import { runJobs } from "../../../supabase/functions/_shared/domain/jobs/run-jobs.ts";
import { servicesWithModels } from "../../../supabase/functions/_shared/services-with-models.ts";
import { typesOf } from "../work/job-queue.ts";

// The runner polls often: new jobs arrive within milliseconds of each other, and the database can't wake a
// runner in this process.
const LOOK_AGAIN_MS = 25;

const { queue, ...options } = JSON.parse(Deno.env.get("RUNNER")!);
const services = servicesWithModels();
const types = typesOf(queue);

let isWanted = true;
const ending = Deno.stdin.readable.pipeTo(new WritableStream()).finally(() => isWanted = false);

print("ready");
while (isWanted) {
  // If the database is unavailable, this run fails, and the loop begins another run.
  const report = await runJobs(services, types, systemClock, options).catch(() => undefined);
  if (!report?.claimed) await systemClock.sleep(LOOK_AGAIN_MS);
}
await ending;
await services.database.close();
