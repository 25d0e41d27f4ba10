/**
 * The result of the product's last demo. The product is the app that this stack runs. A demo runs
 * in a process of its own and sends the result to the stack, which stores the result in its data
 * directory.
 */
import { join } from "node:path";
import { z } from "zod";

const Text = z.string().max(200);

export const DemoResult = z.strictObject({
  /** The command that ran the demo. */
  command: Text,
  /** The moment at which the demo ended. */
  ended_at: z.iso.datetime(),
  /**
   * Each figure has two values: the one that the product reports, and the one that the demo
   * computes.
   */
  figures: z.array(z.strictObject({
    name: Text,
    service: Text,
    computed: Text,
    equal: z.boolean(),
  })).max(200),
  /**
   * The number of violations that the product found when it checked all its data after the demo.
   */
  violations: z.int().nonnegative(),
});

export type DemoResult = z.infer<typeof DemoResult>;

/** The name of the result's file in the data directory. */
export const DEMO_RESULT = "demo.json";

const fileOf = (dataDir: string) => join(dataDir, DEMO_RESULT);

/**
 * Returns the stored result, or undefined if no demo has run with this data directory. A result
 * that an older version stored in another format is ignored.
 */
export async function readDemoResult(dataDir: string): Promise<DemoResult | undefined> {
  try {
    return DemoResult.safeParse(JSON.parse(await Deno.readTextFile(fileOf(dataDir)))).data;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

export async function storeDemoResult(dataDir: string, result: DemoResult): Promise<void> {
  await Deno.writeTextFile(fileOf(dataDir), JSON.stringify(result, null, 2));
}
