/**
 * The previous functions on the new schema: deployed to a hosted project, and served beside the
 * running ones on this machine.
 */
import { formatMs } from "../../command/format-ms.ts";
import { fromStack } from "../../secrets/sources.ts";
import type { Context, GoLiveStep } from "../command/context.ts";
import { projectRef } from "../command/project.ts";
import { failed, type Finding, found, skipped } from "../core/step.ts";
import { SMOKE } from "../smoke/steps.ts";
import { nameOf, previousRevision, withRevision } from "./revision.ts";

const SERVER = "tests/support/processes/serve-functions.ts";
const START_LINE = /^port (\d+)$/m;

async function deployed(folder: string, ref: string): Promise<Finding> {
  const args = [
    "run",
    "-A",
    "scripts/deploy/main.ts",
    "--project",
    ref,
    "--skip-database",
    "--yes",
  ];
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd: folder,
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  const last = new TextDecoder().decode(success ? stdout : stderr).trim().split("\n").slice(-5);
  return success ? found(last) : failed(last, `In ${folder}: deno ${args.join(" ")}`);
}

async function portOf(output: ReadableStream<Uint8Array>): Promise<number> {
  let text = "";
  for await (const chunk of output.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    const port = START_LINE.exec(text)?.[1];
    if (port !== undefined) return Number(port);
  }
  throw new Error("The previous functions did not start.");
}

/** Runs the smoke test against the revision's functions, which use the running database. */
async function served(context: Context, folder: string): Promise<Finding> {
  const { project } = context;
  const given = fromStack(project.settings).values ?? {};
  const values = Object.entries(given).filter((entry): entry is [string, string] => !!entry[1]);
  await using server = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", SERVER],
    cwd: folder,
    // An empty key set is not a key set: the functions fetch the keys of Auth.
    env: { ...Object.fromEntries(values), SUPABASE_JWKS: "", BEHIND_URL: project.url },
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const url = `http://127.0.0.1:${await portOf(server.stdout)}`;
  const facts: Record<string, string> = {};
  const tell = (more: Readonly<Record<string, string>>) => {
    Object.assign(facts, more);
    return Promise.resolve();
  };
  const lines: string[] = [];
  let isGood = true;
  for (const step of SMOKE) {
    const there = { ...context, project: { ...project, url }, facts, tell };
    const finding = await step.run(there).catch((error: Error) => failed(error.message, ""));
    lines.push(`${step.code}: ${finding.state}, ${finding.evidence[0]}`);
    isGood &&= finding.state !== "failed";
  }
  return isGood ? found(lines) : failed(lines, "The new schema breaks the previous functions.");
}

export const functions: GoLiveStep = {
  code: "rollback.functions",
  title: "Do the previous functions run on the new schema?",
  source: "project",
  async run(context) {
    const { project, options } = context;
    const revision = await previousRevision(options.revision).catch((error: Error) => error);
    if (revision instanceof Error) return skipped(`no earlier revision: ${revision.message}`);
    const ref = projectRef(project, options.project);
    if (ref === undefined && project.emulatorUrl === undefined) {
      return skipped("`supabase start` serves this folder: check out the revision by git");
    }
    const start = performance.now();
    const finding = await withRevision(
      revision,
      (folder) => ref === undefined ? served(context, folder) : deployed(folder, ref),
    );
    const how = ref === undefined ? "served beside the running ones" : `deployed to ${ref}`;
    const first = `${await nameOf(revision)}, ${how} in ${formatMs(performance.now() - start)}`;
    return { ...finding, evidence: [first, ...finding.evidence] };
  },
};
