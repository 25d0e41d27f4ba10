/** Builds and packs the client once per process, as `npm publish` would. */
import { ok } from "node:assert/strict";
import { buildClient } from "../../scripts/client/build.ts";
import { ROOT } from "../../scripts/command/root.ts";

export interface Ran {
  readonly success: boolean;
  readonly output: string;
}

export async function runs(
  program: string,
  args: string[],
  { cwd = ROOT, env = {} }: { cwd?: string; env?: Record<string, string> } = {},
): Promise<Ran> {
  const { success, stdout, stderr } = await new Deno.Command(program, {
    args,
    cwd,
    env: { NO_COLOR: "1", NO_UPDATE_NOTIFIER: "1", ...env },
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  return { success, output: decoder.decode(stdout) + decoder.decode(stderr) };
}

/**
 * Runs a program and returns its output.
 * @throws AssertionError with the output if the program failed
 */
export async function succeeds(
  program: string,
  args: string[],
  options?: Parameters<typeof runs>[2],
): Promise<string> {
  const { success, output } = await runs(program, args, options);
  ok(success, output);
  return output;
}

export interface Packed {
  /** The folder of an app, whose node_modules contains the unpacked package. */
  readonly app: string;
  /** The folder of the package in the app's node_modules. */
  readonly folder: string;
  readonly tarball: string;
}

async function pack(): Promise<Packed> {
  await Deno.mkdir(`${ROOT}.farthing`, { recursive: true });
  // The folder is inside the repository, so that Node finds the package's dependencies in the root's
  // node_modules.
  const app = await Deno.makeTempDir({ dir: `${ROOT}.farthing`, prefix: "client-" });
  const built = `${app}/built`;
  await buildClient(built);
  await succeeds("npm", ["pack", "--silent", "--pack-destination", app], { cwd: built });
  const tarball = `${app}/farthing-client-0.1.0.tgz`;
  const folder = `${app}/node_modules/@farthing/client`;
  await Deno.mkdir(folder, { recursive: true });
  await succeeds("tar", ["-xzf", tarball, "-C", folder, "--strip-components=1"]);
  await Deno.writeTextFile(`${app}/package.json`, `{ "type": "module", "private": true }`);
  return { app, folder, tarball };
}

/** Runs `use` with the packed client, and removes it afterwards. */
export async function withPacked(use: (packed: Packed) => Promise<void>): Promise<void> {
  const packed = await pack();
  try {
    await use(packed);
  } finally {
    await Deno.remove(packed.app, { recursive: true });
  }
}
