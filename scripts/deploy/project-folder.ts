/**
 * What the Supabase CLI is pointed at to deploy: a folder with the bundles and nothing else, so that no
 * source, no lock file and no import map can go along. The CLI measures nothing; size-limits.ts does.
 */
import { lastWord, runSupabase } from "../supabase/cli.ts";
import { BUNDLE, bundleFunctions } from "./bundle-functions.ts";

/** Uploads at a time: the platform bundles each for some seconds. */
const JOBS = 4;

export interface ProjectFolder {
  readonly path: string;
  readonly names: readonly string[];
}

/** Every function authenticates in its routes: the platform's own check would refuse in another envelope. */
function configOf(names: readonly string[]): string {
  const sections = names.map((name) =>
    `[functions.${name}]\nverify_jwt = false\nentrypoint = "./functions/${name}/${BUNDLE}"\n`
  );
  return [`project_id = "farthing"\n`, ...sections].join("\n");
}

export function bundleOf({ path }: ProjectFolder, name: string): string {
  return `${path}/supabase/functions/${name}/${BUNDLE}`;
}

/** Bundles every function into the folder, in the place of what was there. */
export async function writeProjectFolder(path: string): Promise<ProjectFolder> {
  await Deno.remove(path, { recursive: true }).catch(() => {});
  const names = await bundleFunctions(`${path}/supabase/functions`);
  await Deno.writeTextFile(`${path}/supabase/config.toml`, configOf(names));
  return { path, names };
}

/**
 * Uploads all functions.
 * @param env names another platform or account than the environment does
 * @throws with the CLI's last word
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
