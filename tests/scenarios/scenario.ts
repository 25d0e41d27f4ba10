/**
 * A scenario gets the address of a project as its argument, so that it runs against any project.
 */
import type { World } from "../support/project/world.ts";

export interface Scenario {
  /** The name: `<thing> <what it does in which case>`. */
  readonly name: string;
  readonly run: (world: World) => Promise<void>;
}

/** Makes each scenario a test against one project. */
export function register(scenarios: readonly Scenario[], world: World, suffix = ""): void {
  for (const { name, run } of scenarios) Deno.test(`${name}${suffix}`, () => run(world));
}
