/**
 * Returns the arguments of a task without the first `--`. In `npx deno task start --env-file FILE`,
 * Node 20 takes `--env-file` as an option of Node itself, wherever it stands in the command. Node
 * leaves the options after a `--` to the program. So with npx a developer writes `task start --
 * --env-file FILE` or `task demo jobs -- --env-file FILE`, and deno passes that `--` on to the
 * task.
 */
export function taskArguments(args: readonly string[]): string[] {
  const at = args.indexOf("--");
  return args.filter((_, index) => index !== at);
}
