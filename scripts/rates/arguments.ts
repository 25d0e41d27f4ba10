import { taskArguments } from "@farthing/command-line";
import { parseArgs } from "node:util";

/** The usage text of the command. */
export const USAGE = `Usage: deno task rates:import FILE [options]

Reads LiteLLM's model_prices_and_context_window.json and shows what it changes.

  --apply            write the changes after showing them; needs --reason
  --reason TEXT      why the rates change; stored with the change
  --dry-run          show the changes and write nothing; the default
  --models a,b       import these models only
  --all              import every model of the map; the default
  --markup 4         the factor on every price; without it a known model keeps
                     its factor, and a new model gets the
                     default of the database
  --skip-refused     import the other entries if the price of some is refused
  --env-file FILE    the file with SUPABASE_URL and SUPABASE_SECRET_KEY; without
                     it the environment, else .farthing/stack.env`;

/**
 * A number above 0 and below 100,000 with up to 4 decimals. The database column stores such a
 * number without rounding.
 */
const MARKUP = /^(?!0(\.0+)?$)(0|[1-9]\d{0,4})(\.\d{1,4})?$/;

/** The command line is invalid; the message says how to correct it. */
export class UsageError extends Error {
  override name = "UsageError";
}

/** Reads the options of an import from the command line. @throws UsageError */
export function readArguments(args: string[]) {
  const { values, positionals } = parse(args);
  const [file, ...more] = positionals;
  if (values.help) return { help: true as const };
  if (file === undefined) {
    throw new UsageError(
      "Name the file: deno task rates:import model_prices_and_context_window.json.",
    );
  }
  if (more.length > 0) throw new UsageError(`Name only one price map: remove ${more.join(", ")}.`);
  if (values.apply && values["dry-run"]) {
    throw new UsageError("Choose --apply or --dry-run, not both.");
  }
  if (values.apply && !values.reason?.trim()) {
    throw new UsageError('Say why the rates change: --reason "prices of November".');
  }
  if (values.all && values.models !== undefined) {
    throw new UsageError("Choose --all or --models, not both.");
  }
  if (values.markup !== undefined && !MARKUP.test(values.markup)) {
    throw new UsageError(
      "--markup must be a number above 0 and below 100000 with at most 4 decimals.",
    );
  }
  const models = values.models?.split(",").map((model) => model.trim()).filter(Boolean);
  if (models?.length === 0) throw new UsageError("--models must name at least one model.");
  return {
    help: false as const,
    file,
    models: models && [...new Set(models)],
    reason: values.apply && values.reason !== undefined ? values.reason : null,
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
        reason: { type: "string" },
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
