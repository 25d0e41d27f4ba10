/** The second factor that the policy may require for changes by operators. */
import { deepEqual, equal } from "node:assert/strict";
import { GrantPreview } from "../../supabase/functions/_shared/contracts/credits.ts";
import { SettingsChanged } from "../../supabase/functions/_shared/contracts/settings/changes.ts";
import { PolicySettings } from "../../supabase/functions/_shared/contracts/settings/policy.ts";
import { proven, withPolicy } from "../support/project/database.ts";
import { backEnd, type Caller, data, get, post, refused } from "../support/project/http.ts";
import { signUp, signUpAs, withSecondFactor } from "../support/project/people.ts";
import { readWorld } from "../support/project/world.ts";

const world = readWorld();

async function setMfa(as: Caller, operator_mfa: string, dry_run = false) {
  const { version } = data(await get(world, "settings/policy", as), 200, PolicySettings);
  const body = { changes: { operator_mfa }, version, reason: "a test", dry_run };
  return await post(world, "settings/policy", as, body);
}

Deno.test("an operator without the required second factor can read, but can change nothing", () =>
  withPolicy(world, "exclusive", async () => {
    const [operator, ann] = [await signUpAs(world, "operator"), await signUp(world)];
    const grant = {
      user_id: ann.id,
      amount: "5",
      source: "adjustment",
      reason: "x",
      dry_run: true,
    };
    const tryGrant = (as: Caller) => post(world, "credits/grants", as, grant);
    equal((await tryGrant(operator.as)).status, 200);
    for (const dryRun of [true, false]) {
      refused(await setMfa(operator.as, "required", dryRun), 403, "mfa_required");
    }
    data(await setMfa(backEnd(world), "required"), 200, SettingsChanged);
    try {
      refused(await tryGrant(operator.as), 403, "mfa_required");
      refused(await setMfa(operator.as, "off"), 403, "mfa_required");
      const block = { kind: "user", value: ann.id, reason: "x" };
      refused(await post(world, "fraud/blocked", operator.as, block), 403, "mfa_required");
      equal((await get(world, `customers/${ann.id}`, operator.as)).status, 200);
      equal((await tryGrant(backEnd(world))).status, 200);
      const cap = (body: object) => post(world, "credits/spend-cap", operator.as, body);
      equal((await cap({ daily: "5" })).status, 200, "an operator may change their own cap");
      refused(await cap({ user_id: ann.id, daily: "5" }), 403, "mfa_required");
      const verified = await withSecondFactor(world, operator);
      const { balance_after, status } = data(await tryGrant(verified.as), 200, GrantPreview);
      deepEqual([status, balance_after], ["granted", "5"]);
      data(await setMfa(verified.as, "live"), 200, SettingsChanged);
      data(await setMfa(verified.as, "required", true), 200, SettingsChanged);
      equal((await tryGrant(operator.as)).status, 200);
    } finally {
      await setMfa(backEnd(world), "live");
    }
    await proven(world);
  }));
