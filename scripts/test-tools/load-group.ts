/**
 * Loads the test files of FARTHING_TEST_FILES, a JSON array, into one module graph. Deno compiles the modules
 * that the files share once for the group, instead of once for each file.
 */
import { loadFile } from "./limit-tests.ts";

const files: string[] = JSON.parse(Deno.env.get("FARTHING_TEST_FILES")!);
for (const file of files) await loadFile(file);
