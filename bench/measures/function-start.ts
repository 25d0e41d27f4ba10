/**
 * G23: measures the processor time that a function needs to start, as a bundle and from its
 * sources.
 */
import { BUNDLE, bundleFunctions } from "../../scripts/deploy/bundle-functions.ts";
import {
  HOSTED_COMMAND,
  HOSTED_ENV,
  hostedProgram,
  type IsolateProgram,
  PLANS,
  processorMs,
  programsIn,
  spawnIsolate,
} from "@farthing/local-stack/isolates";
import { copyTree } from "../../scripts/test-tools/copy-tree.ts";
import { ROOT } from "../../scripts/command/root.ts";
import type { Options } from "../command/options.ts";
import { figure, spreadOf } from "../report/verdict.ts";
import type { Section } from "../report/section.ts";
import { rotate } from "./rounds.ts";

/**
 * With these variables, a function can refuse a request in its own error format. For that it must
 * first load all of its modules, so the measured time includes the loading.
 */
const PROJECT = {
  SUPABASE_URL: "http://127.0.0.1:9",
  SUPABASE_PUBLISHABLE_KEYS: '{"default":"sb_publishable_bench"}',
  SUPABASE_SECRET_KEYS: '{"default":"sb_secret_bench"}',
  SUPABASE_JWKS: '{"keys":[]}',
};

type ProgramOf = (name: string) => IsolateProgram;

interface Forms {
  sources: ProgramOf;
  bundle: ProgramOf;
}
type Form = keyof Forms;

/**
 * Returns the milliseconds of processor time from the start to the first answer.
 * @throws Error with the function's output
 */
async function start(programOf: ProgramOf, name: string): Promise<number> {
  const program = programOf(name);
  const env = { ...PROJECT, ...program.env };
  const isolate = spawnIsolate({ ...program, env }, PLANS.paid.memoryMb, () => {});
  try {
    const pid = await isolate.pid;
    const before = await processorMs(pid);
    isolate.tell("load");
    const answer = await fetch(`http://127.0.0.1:${await isolate.port}/${name}/bench`);
    await answer.text();
    if (answer.status >= 500) throw new Error(`${name} answered ${answer.status}`);
    return await processorMs(pid) - before;
  } finally {
    isolate.kill();
    await isolate.ended;
  }
}

/**
 * Returns the programs that start each function: one from its sources, and one from its bundle. The
 * sources are a copy, so that Deno does not find the repository's configuration. The packages that
 * the sources import must already be in the cache of the Deno version that the platform runs.
 */
async function formsIn(directory: string, names: readonly string[]): Promise<Forms> {
  const runner = await hostedProgram();
  const sources = `${directory}/sources`;
  await copyTree(`${ROOT}supabase/functions`, sources);
  const [npx, ...args] = HOSTED_COMMAND;
  await new Deno.Command(npx, {
    args: [...args, "cache", "--no-lock", ...names.map((name) => `${name}/index.ts`)],
    cwd: sources,
    env: HOSTED_ENV,
  }).output();
  const [deno = ""] = runner.command ?? [];
  const withMap = [
    deno,
    "run",
    "-A",
    "--no-check",
    "--no-lock",
    "--config",
    `${sources}/deno.json`,
  ];
  return {
    sources: programsIn(sources, "index.ts", { ...runner, command: withMap }),
    bundle: programsIn(`${directory}/bundles`, BUNDLE, runner),
  };
}

export async function measureStarts(
  { rounds }: Options,
  say: (what: string) => void,
): Promise<Section> {
  const directory = await Deno.makeTempDir({ prefix: "farthing-starts-" });
  const taken = new Map<string, Record<Form, number[]>>();
  const ratios: number[] = [];
  try {
    say("bundling the functions");
    const names = await bundleFunctions(`${directory}/bundles`);
    const forms = await formsIn(directory, names);
    // These starts fill Deno's caches and are not counted.
    for (const name of names) await start(forms.sources, name);
    for (let round = 0; round < rounds; round++) {
      const sums = { sources: 0, bundle: 0 };
      for (const name of names) {
        say(`round ${round + 1} of ${rounds}, the start of ${name}`);
        const times = taken.get(name) ?? { sources: [], bundle: [] };
        for (const form of rotate<Form>(["sources", "bundle"], round)) {
          const ms = await start(forms[form], name);
          times[form].push(ms);
          sums[form] += ms;
        }
        taken.set(name, times);
      }
      ratios.push(sums.bundle / sums.sources);
    }
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
  const target = { better: "lower" as const, goal: 0.6 };
  return {
    figures: [figure("G23", "first answer, bundle to sources, processor time", target, ratios)],
    arms: [],
    notes: [],
    starts: [...taken].map(([name, { sources, bundle }]) => ({
      name,
      sources: spreadOf(sources).median,
      bundle: spreadOf(bundle).median,
    })),
  };
}
