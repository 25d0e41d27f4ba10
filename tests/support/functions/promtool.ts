/** Runs promtool, Prometheus' own linter, if Debian's package `prometheus` is installed. */

export async function hasPromtool(): Promise<boolean> {
  try {
    return (await new Deno.Command("promtool", { args: ["--version"] }).output()).success;
  } catch {
    return false;
  }
}

/** Returns the linter's findings for a page of metrics; empty if there are none. */
export async function promtoolSays(text: string): Promise<string> {
  const promtool = new Deno.Command("promtool", {
    args: ["check", "metrics"],
    ...{ stdin: "piped", stdout: "piped", stderr: "piped" },
  }).spawn();
  const input = promtool.stdin.getWriter();
  await input.write(new TextEncoder().encode(text));
  await input.close();
  const { success, stdout, stderr } = await promtool.output();
  const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  return success ? said : said || "promtool failed";
}
