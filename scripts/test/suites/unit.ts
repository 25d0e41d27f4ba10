/** Everything that needs no server: the functions by `app.request()`, and the scripts' own logic. */
import { findTests, runDenoTests } from "../deno-tests.ts";
import type { Suite } from "../suite.ts";

export const unit: Suite = {
  name: "unit",
  about: "functions and scripts by themselves, no server",
  async run() {
    const files = await findTests(["supabase/functions", "scripts", "packages"]);
    return { rows: await runDenoTests({ files, flags: [] }), skipped: [] };
  },
};
