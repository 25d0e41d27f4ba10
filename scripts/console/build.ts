/** Builds the console with npm and Vite into a folder that any static host can serve. */
import { ROOT } from "../command/root.ts";
import { succeed } from "../command/succeed.ts";
import { fingerprint } from "../test-tools/long-lived/fingerprint.ts";
import { withLock } from "../test-tools/long-lived/lock.ts";

export const CONSOLE = `${ROOT}apps/console`;

/** The folder that the local stack serves. */
export const CONSOLE_BUILD = `${ROOT}.farthing/console`;

const MADE_OF = ["apps/console", "docs/runbooks", "packages/client", "packages/react", "registry"];

/**
 * Runs `make`, unless it has already run with the same files: then the file `record` contains
 * `madeOf`, the fingerprint of the files that `make` uses.
 */
async function onceFor(record: string, madeOf: string, make: () => Promise<void>): Promise<void> {
  if (await Deno.readTextFile(record).catch(() => "") === madeOf) return;
  await make();
  await Deno.writeTextFile(record, madeOf);
}

/** Installs the console's npm packages. Does nothing if the same versions are already installed. */
async function install(): Promise<void> {
  const files = ["package.json", "package-lock.json"].map((file) => `apps/console/${file}`);
  await onceFor(
    `${CONSOLE}/node_modules/.farthing-made-of`,
    await fingerprint(files),
    () => succeed("npm", ["ci", "--prefer-offline", "--no-audit", "--no-fund"], CONSOLE),
  );
}

export const installConsole = (): Promise<void> => withLock("console", install);

/**
 * Installs the console's npm packages and builds the console. A step is skipped if the files that
 * it uses have not changed since the step last ran.
 */
export function buildConsole(): Promise<void> {
  return withLock("console", async () => {
    await install();
    const record = `${ROOT}.farthing/console.made-of`;
    const isBuilt = await Deno.stat(`${CONSOLE_BUILD}/index.html`).then(() => true, () => false);
    if (!isBuilt) await Deno.remove(record).catch(() => {});
    await onceFor(
      record,
      await fingerprint(MADE_OF),
      () =>
        succeed("npm", ["run", "build", "--", "--outDir", CONSOLE_BUILD, "--emptyOutDir"], CONSOLE),
    );
  });
}
