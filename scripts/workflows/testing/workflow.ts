/** Reads the workflow files of this repository: the parts that the tests check. */
import { parse } from "yaml";
import { z } from "zod";
import { ROOT } from "../../command/root.ts";

const step = z.looseObject({
  name: z.string().optional(),
  uses: z.string().optional(),
  run: z.string().optional(),
  env: z.record(z.string(), z.string()).default({}),
});

const job = z.looseObject({
  uses: z.string().optional(),
  needs: z.string().optional(),
  environment: z.string().optional(),
  "timeout-minutes": z.number().optional(),
  steps: z.array(step).default([]),
});

const workflow = z.looseObject({
  name: z.string(),
  permissions: z.record(z.string(), z.string()),
  jobs: z.record(z.string(), job),
});

export type Step = z.infer<typeof step>;

export interface Workflow {
  readonly file: string;
  readonly text: string;
  readonly jobs: Readonly<Record<string, z.infer<typeof job>>>;
}

export async function readWorkflows(): Promise<Workflow[]> {
  const folder = `${ROOT}.github/workflows`;
  const files = await Array.fromAsync(Deno.readDir(folder));
  return await Promise.all(files.map(async ({ name: file }) => {
    const text = await Deno.readTextFile(`${folder}/${file}`);
    return { file, text, jobs: workflow.parse(parse(text)).jobs };
  }));
}

/** Returns all steps of a workflow. `at` names the step in messages. */
export function stepsOf({ file, jobs }: Workflow): (Step & { at: string })[] {
  return Object.entries(jobs).flatMap(([name, { steps }]) =>
    steps.map((one, nth) => ({ ...one, at: `${file}, ${name}, ${one.name ?? `step ${nth + 1}`}` }))
  );
}
