/**
 * The arguments of a task without the `--` that may stand before them. Node 20 takes `--env-file` for
 * itself wherever it stands in `npx deno task start --env-file FILE`, and stops looking at `--`; so
 * through npx one writes `task start -- --env-file FILE`, and the task must not mind.
 */
export function taskArguments(args: readonly string[]): string[] {
  return args[0] === "--" ? args.slice(1) : [...args];
}
