/**
 * `deno task start`, `stop`, `reset` and `status`: run the local stack, with the environment
 * variables of Farthing's functions for `--set`, and what Farthing shows on the first page.
 */
import { runCommand } from "@farthing/local-stack/command";
import { ENV_NEEDS } from "../../supabase/functions/_shared/core/env-needs.ts";
import { WELCOME } from "./welcome.ts";

await runCommand(Deno.args, Object.keys(ENV_NEEDS), { welcome: WELCOME });
