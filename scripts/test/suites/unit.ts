/** What stands for itself: the functions by `app.request()`, and the scripts, which start what they need. */
import { findTests, runDenoTests } from "../deno-tests.ts";
import type { Suite } from "../suite.ts";

export const unit: Suite = {
  name: "unit",
  about: "functions and scripts by themselves",
  async run() {
    const files = await findTests(["supabase/functions", "scripts", "packages"]);
    return { rows: await runDenoTests({ files }), skipped: [] };
  },
};
