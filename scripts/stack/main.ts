/** `deno task start`, `stop`, `reset` and `status`: the local stack, with the names of our functions. */
import { runCommand } from "@farthing/local-stack/command";
import { ENV_NEEDS } from "../../supabase/functions/_shared/core/env-needs.ts";

await runCommand(Deno.args, Object.keys(ENV_NEEDS));
