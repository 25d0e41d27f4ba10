/** A scenario is a function of where the project answers: the same one runs against any of them. */
import type { World } from "../support/project/world.ts";

export interface Scenario {
  /** `<thing> <what it does in which case>`. */
  readonly name: string;
  readonly run: (world: World) => Promise<void>;
}

/** Makes every scenario a test against one world. */
export function register(scenarios: readonly Scenario[], world: World, suffix = ""): void {
  for (const { name, run } of scenarios) Deno.test(`${name}${suffix}`, () => run(world));
}
