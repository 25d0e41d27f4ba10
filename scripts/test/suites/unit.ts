/** What stands for itself: the functions by `app.request()`, and the scripts, which start what they need. */
import { findTests, runDenoTests } from "../deno-tests.ts";
import { findRedisServer } from "@farthing/local-stack/redis";
import { needsRedis } from "../needs-redis.ts";
import { filesNamed, type Suite } from "../suite.ts";

const REDIS = "packages/local-stack/redis";

export const unit: Suite = {
  name: "unit",
  about: "functions and scripts by themselves",
  async run(words) {
    const all = await findTests(["supabase/functions", "scripts", "packages"]);
    const found = filesNamed(words, all);
    const hasRedis = findRedisServer() !== undefined;
    const files = found.filter((file) => hasRedis || !file.startsWith(`${REDIS}/`));
    // Types are the house's to check, once.
    const rows = await runDenoTests({ files, flags: ["--no-check"] });
    return { rows, skipped: hasRedis ? [] : [needsRedis(REDIS)] };
  },
};
