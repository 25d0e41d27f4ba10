/** A scenario gets the project under test as its argument, so it runs against any project. */
import type { World } from "../support/project/world.ts";

export interface Scenario {
  /** The name has the form `<thing> <what it does in which case>`. */
  readonly name: string;
  readonly run: (world: World) => Promise<void>;
}

/** Registers each scenario as a test against one project. */
export function register(scenarios: readonly Scenario[], world: World, suffix = ""): void {
  for (const { name, run } of scenarios) Deno.test(`${name}${suffix}`, () => run(world));
}
