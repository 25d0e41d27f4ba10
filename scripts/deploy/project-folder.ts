/**
 * Makes the folder that the Supabase CLI deploys. The folder contains only the bundles, so that no
 * source, lock file or import map is uploaded. The CLI does not check sizes; size-limits.ts does.
 */
import { lastWord, runSupabase } from "../supabase/cli.ts";
import { BUNDLE, bundleFunctions } from "./bundle-functions.ts";

/**
 * The number of concurrent uploads. They are concurrent because the platform needs some seconds to
 * bundle each function.
 */
const JOBS = 4;

export interface ProjectFolder {
  readonly path: string;
  readonly names: readonly string[];
}

/**
 * Turns off the platform's own token check, because it would answer in a different error format.
 * Every function authenticates its callers itself.
 */
function configOf(names: readonly string[]): string {
  const sections = names.map((name) =>
    `[functions.${name}]\nverify_jwt = false\nentrypoint = "./functions/${name}/${BUNDLE}"\n`
  );
  return [`project_id = "farthing"\n`, ...sections].join("\n");
}

export function bundleOf({ path }: ProjectFolder, name: string): string {
  return `${path}/supabase/functions/${name}/${BUNDLE}`;
}

/** Replaces the content of the folder with the bundles of all functions. */
export async function writeProjectFolder(path: string): Promise<ProjectFolder> {
  await Deno.remove(path, { recursive: true }).catch(() => {});
  const names = await bundleFunctions(`${path}/supabase/functions`);
  await Deno.writeTextFile(`${path}/supabase/config.toml`, configOf(names));
  return { path, names };
}

/**
 * Uploads all functions.
 * @param env more variables for the CLI, for example to select another platform or Supabase account
 * @throws with the CLI's last message
 */
export async function uploadFunctions(
  { path }: ProjectFolder,
  project: string,
  env: Record<string, string> = {},
): Promise<void> {
  const said = await runSupabase([
    ...["functions", "deploy", "--use-api", "--yes", "--jobs", String(JOBS)],
    ...[`--remote=${project}`, "--workdir", path],
  ], { env });
  if (!said.success) throw new Error(lastWord(said));
}
