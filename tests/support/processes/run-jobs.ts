/**
 * A runner of jobs as a process of its own, so that a test can kill or stop it: the runner's core on a
 * pooled connection, again and again, for the types of one queue. RUNNER says how, as JSON. Says "ready"
 * when it begins; the rest of its output is its log, a JSON line an event. Ends with its input.
 */
import { print } from "@farthing/command-line";
import { systemClock } from "../../../supabase/functions/_shared/core/time.ts";
import { runJobs } from "../../../supabase/functions/_shared/domain/jobs/run-jobs.ts";
import { servicesWithModels } from "../../../supabase/functions/_shared/services-with-models.ts";
import { typesOf } from "../work/job-queue.ts";

// What there is to do here comes within milliseconds, and no database wakes anyone.
const LOOK_AGAIN_MS = 25;

const { queue, ...options } = JSON.parse(Deno.env.get("RUNNER")!);
const services = servicesWithModels();
const types = typesOf(queue);

let isWanted = true;
const ending = Deno.stdin.readable.pipeTo(new WritableStream()).finally(() => isWanted = false);

print("ready");
while (isWanted) {
  // A database that is away ends a run; the next one looks whether it is back.
  const report = await runJobs(services, types, systemClock, options).catch(() => undefined);
  if (!report?.claimed) await systemClock.sleep(LOOK_AGAIN_MS);
}
await ending;
await services.database.close();
