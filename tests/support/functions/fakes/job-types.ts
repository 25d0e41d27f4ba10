/** Job types for the tests of the runner. */
import { z } from "@hono/zod-openapi";
import {
  defineJobType,
  type Job,
  type JobType,
} from "../../../../supabase/functions/_shared/domain/jobs/job-type.ts";

type Run = (job: Job, input: unknown) => Promise<unknown>;

/** Makes a job type; by default a job is free and accepts any input. */
export function makeType(type: string, run: Run, input: z.ZodType = z.unknown()): JobType {
  const estimate = () => Promise.resolve([]);
  return defineJobType({
    ...{ type, summary: "", who: ["user"] as const, input, stepCpuMs: 10, estimate, run },
  });
}

/** Makes a job step's function, which returns this output. */
export const done = (output: unknown) => () => Promise.resolve({ output });

/** Makes a job type of three steps that record their names in `ran`. */
export function threeSteps(ran: string[], during: (step: string) => void = () => {}): JobType {
  return makeType("steps", async (job) => {
    for (const name of ["one", "two", "three"]) {
      await job.step(name, () => {
        ran.push(name);
        during(name);
        return Promise.resolve({ output: name });
      });
    }
    return { ran: ran.length };
  });
}
