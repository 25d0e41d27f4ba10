/** Whether a program is on the PATH and starts. */
export async function canRun(program: string): Promise<boolean> {
  try {
    const version = new Deno.Command(program, {
      args: ["--version"],
      stdout: "null",
      stderr: "null",
    });
    return (await version.output()).success; // which throws at once where there is none
  } catch {
    return false;
  }
}
