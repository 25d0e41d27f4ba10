/** What stands for itself: the functions by `app.request()`, and the scripts, which start what they need. */
import { findTests, runDenoTests } from "../deno-tests.ts";
import { filesNamed, type Suite } from "../suite.ts";

export const unit: Suite = {
  name: "unit",
  about: "functions and scripts by themselves",
  async run(words) {
    const all = await findTests(["supabase/functions", "scripts", "packages/command-line"]);
    // Types are the house's to check, once.
    return {
      rows: await runDenoTests({ files: filesNamed(words, all), flags: ["--no-check"] }),
      skipped: [],
    };
  },
};
