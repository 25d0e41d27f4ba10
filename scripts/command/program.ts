/** Returns true if the program is on the PATH and starts. */
export async function canRun(program: string): Promise<boolean> {
  try {
    const version = new Deno.Command(program, {
      args: ["--version"],
      stdout: "null",
      stderr: "null",
    });
    return (await version.output()).success; // `output` throws if the program does not exist
  } catch {
    return false;
  }
}
