/**
 * Loads GitHub's own parser of workflow files. The package imports JSON in a way that only bundlers
 * accept, so it is bundled into one module first.
 */
import { build } from "esbuild";
import { ROOT } from "../../command/root.ts";

type Package = typeof import("@actions/workflow-parser");

async function load(): Promise<Package> {
  const { outputFiles } = await build({
    stdin: { contents: 'export * from "@actions/workflow-parser"', resolveDir: ROOT },
    bundle: true,
    format: "esm",
    platform: "browser",
    write: false,
  });
  const file = await Deno.makeTempFile({ suffix: ".mjs" });
  try {
    await Deno.writeFile(file, outputFiles[0]!.contents);
    return await import(`file://${file}`) as Package;
  } finally {
    await Deno.remove(file);
  }
}

let loaded: Promise<Package> | undefined;

/** Returns what GitHub would refuse in a workflow file, with its line and column. */
export async function errorsIn(name: string, content: string): Promise<string[]> {
  const { convertWorkflowTemplate, NoOperationTraceWriter, parseWorkflow } =
    await (loaded ??= load());
  const { context, value } = parseWorkflow({ name, content }, new NoOperationTraceWriter());
  if (value !== undefined) await convertWorkflowTemplate(context, value);
  return [...new Set(context.errors.getErrors().map(({ message }) => message))];
}
