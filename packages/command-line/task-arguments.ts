/**
 * Returns the arguments of a task without the first `--`. Node 20 takes `--env-file` for itself
 * wherever it stands in `npx deno task start --env-file FILE`, and stops looking at `--`. With npx
 * a developer therefore writes `task start -- --env-file FILE` or `task demo jobs -- --env-file
 * FILE`, and deno passes that `--` on to the task.
 */
export function taskArguments(args: readonly string[]): string[] {
  const at = args.indexOf("--");
  return args.filter((_, index) => index !== at);
}
