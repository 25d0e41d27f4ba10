/**
 * Returns the arguments of a task without the first `--`. In `npx deno task start --env-file FILE`,
 * Node 20 takes `--env-file` as its own option, wherever the option is in the command. Node takes
 * no options after a `--`. With npx a developer therefore writes `task start -- --env-file FILE` or
 * `task demo jobs -- --env-file FILE`, and deno passes that `--` on to the task.
 */
export function taskArguments(args: readonly string[]): string[] {
  const at = args.indexOf("--");
  return args.filter((_, index) => index !== at);
}
