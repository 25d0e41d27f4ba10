/**
 * `deno task start`, `stop`, `reset` and `status`: run the local stack. `--set` accepts the
 * environment variables of Farthing's functions, and the stack's first page includes Farthing's
 * part (welcome.ts).
 */
import { runCommand } from "@farthing/local-stack/command";
import { ENV_NEEDS } from "../../supabase/functions/_shared/core/env-needs.ts";
import { WELCOME } from "./welcome.ts";

await runCommand(Deno.args, Object.keys(ENV_NEEDS), { welcome: WELCOME });
