/**
 * The arguments of a task without the first `--` among them. Node 20 takes `--env-file` for itself
 * wherever it stands in `npx deno task start --env-file FILE`, and stops looking at `--`; so through npx
 * one writes `task start -- --env-file FILE`, or `task demo jobs -- --env-file FILE`, and the task must
 * not mind.
 */
export function taskArguments(args: readonly string[]): string[] {
  const at = args.indexOf("--");
  return args.filter((_, index) => index !== at);
}
