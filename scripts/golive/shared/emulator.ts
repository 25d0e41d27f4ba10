/** Calls controls of the Stripe emulator. Stripe itself does not have such controls. */
import type { Project } from "../command/project.ts";

export const NO_EMULATOR = "needs the Stripe emulator: Stripe itself has no such control";

/** @throws Error if the emulator refuses, or the project has none */
export async function control(
  { emulatorUrl }: Project,
  path: string,
  body: object = {},
): Promise<unknown> {
  if (emulatorUrl === undefined) throw new Error(`/_emulator/${path} ${NO_EMULATOR}.`);
  const response = await fetch(`${emulatorUrl}/_emulator/${path}`, {
    method: "POST",
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(30_000),
  });
  if (response.ok) return await response.json();
  throw new Error(`/_emulator/${path} answered ${response.status}: ${await response.text()}`);
}
