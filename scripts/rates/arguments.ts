import { taskArguments } from "@farthing/command-line";
import { parseArgs } from "node:util";

/** How the command is called, for people. */
export const USAGE = `Usage: deno task rates:import FILE [options]

Reads LiteLLM's model_prices_and_context_window.json and shows what it changes.

  --apply            write it, after showing it (without: a dry run)
  --dry-run          write nothing; the default
  --models a,b       these models only
  --all              every model of the map; the default
  --markup 4         the factor on the price for all of them; without it a known
                     model keeps its own and a new one gets 4
  --skip-refused     go on without the entries whose price is refused
  --env-file FILE    SUPABASE_URL and SUPABASE_SECRET_KEY; without it the
                     environment, else .farthing/stack.env`;

/** 0 to 99999 above, 4 decimals: what the rate's column keeps without rounding. */
const MARKUP = /^(?!0(\.0+)?$)(0|[1-9]\d{0,4})(\.\d{1,4})?$/;

/** The command line says something it can't mean. */
export class UsageError extends Error {
  override name = "UsageError";
}

/** The command line in the terms of the import; @throws UsageError. */
export function readArguments(args: string[]) {
  const { values, positionals } = parse(args);
  const [file, ...more] = positionals;
  if (values.help) return { help: true as const };
  if (file === undefined) throw new UsageError("Name the price map's file.");
  if (more.length > 0) throw new UsageError(`Name one file, not also ${more.join(", ")}.`);
  if (values.apply && values["dry-run"]) {
    throw new UsageError("Choose --apply or --dry-run, not both.");
  }
  if (values.all && values.models !== undefined) {
    throw new UsageError("Choose --all or --models, not both.");
  }
  if (values.markup !== undefined && !MARKUP.test(values.markup)) {
    throw new UsageError("--markup is a number above 0 with at most 4 decimals.");
  }
  const models = values.models?.split(",").map((model) => model.trim()).filter(Boolean);
  if (models?.length === 0) throw new UsageError("--models names no model.");
  return {
    help: false as const,
    file,
    models: models && [...new Set(models)],
    apply: values.apply,
    markup: values.markup ?? null,
    skipRefused: values["skip-refused"],
    envFile: values["env-file"],
  };
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args: taskArguments(args),
      allowPositionals: true,
      options: {
        apply: { type: "boolean", default: false },
        "dry-run": { type: "boolean", default: false },
        models: { type: "string" },
        all: { type: "boolean", default: false },
        markup: { type: "string" },
        "skip-refused": { type: "boolean", default: false },
        "env-file": { type: "string" },
        help: { type: "boolean", short: "h", default: false },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
