import { readSettings, SettingsError, STACK_ENV_FILE } from "../../project/project-settings.ts";
import { withStack } from "../../test-tools/stack-process.ts";
import { DemoError, isLive, type Service, serviceOf } from "./service.ts";

/**
 * Passes a stack to `use`. With an env file, this is the stack that the file names. Otherwise it is
 * the stack that runs on this machine. If none runs, starts a new stack on free ports with new
 * data, and removes it after `use`.
 * @throws DemoError or SettingsError if the env file's stack does not answer, or a new stack can't
 *   be started
 */
export async function withService<T>(
  envFile: string | undefined,
  say: (text: string) => void,
  use: (service: Service) => Promise<T>,
): Promise<T> {
  const running = await findRunning(envFile);
  if (running) return await use(running);
  say("No stack is running: starting one");
  let up = false;
  try {
    return await withStack((values) => {
      up = true;
      return use(serviceOf({ values, source: "the demo's own stack" }));
    });
  } catch (error) {
    // If the new stack did not start, the error contains the last lines of its output, which say
    // what to do.
    if (!up && error instanceof Error) throw new DemoError(error.message);
    throw error;
  }
}

async function findRunning(envFile: string | undefined): Promise<Service | undefined> {
  try {
    const service = serviceOf(readSettings(envFile ?? STACK_ENV_FILE));
    if (await isLive(service)) return service;
    if (envFile === undefined) return undefined;
    throw new DemoError(
      `no stack answers at ${service.url}: start one with npx -y deno@2.9.6 task start`,
    );
  } catch (error) {
    if (envFile === undefined && error instanceof SettingsError) return undefined;
    throw error;
  }
}
