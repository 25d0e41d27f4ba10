/**
 * Loads the test files in FARTHING_TEST_FILES, a JSON array, into one module graph. Deno then
 * compiles each module only once, even if several files import it.
 */
import { loadFile } from "./limit-tests.ts";

const files: string[] = JSON.parse(Deno.env.get("FARTHING_TEST_FILES")!);
for (const file of files) await loadFile(file);
