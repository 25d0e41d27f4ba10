/**
 * The states of the stack for the runbooks whose commands reach a hosted project: the Supabase CLI
 * calls an API that the tests serve, and the commands of a launch use the stack.
 */
import { equal, match } from "node:assert/strict";
import { parseEnv } from "node:util";
import { Ready } from "../../../supabase/functions/_shared/contracts/health.ts";
import { newPurchase } from "../../support/money/refunds.ts";
import { backEnd, data, get, nobody, post } from "../../support/project/http.ts";
import { signUp } from "../../support/project/people.ts";
import { openCheckout } from "../../support/money/purchases.ts";
import { until } from "../../support/project/until.ts";
import type { World } from "../../support/project/world.ts";
import type { Ran, Scene, Value } from "../follow.ts";
import type { Place } from "../place.ts";

/** Waits until the service reports this state of Redis. */
async function redisIs(world: World, wanted: string): Promise<void> {
  await until(`ready says that redis is ${wanted}`, async () => {
    const { checks } = data(await get(world, "health/ready", nobody), 200, Ready);
    return checks.redis === wanted || undefined;
  });
}

const FAILOVER: Scene = {
  after: async ({ text, said }, world) => {
    if (text.includes("PING")) equal(JSON.parse(said).result, "PONG");
    if (text.includes("redis/down")) {
      await redisIs(world, "degraded");
      await newPurchase(world); // Purchases work without Redis.
    }
    if (text.includes("redis/ok")) await redisIs(world, "ok");
    return [];
  },
};

const NEW_SIGNING_SECRET = "whsec_bmV3";

/**
 * Asserts that the project has the values of the env file. At first, NOTIFICATION_SECRET is a list
 * of the new and the old value. At the end, it is only the new value.
 */
async function isRotated({ text, said }: Ran, world: World, place: Place): Promise<Value[]> {
  if (text.includes("secrets:check")) match(said, /, 0 missing or malformed/);
  if (!text.startsWith("supabase secrets set")) return [];
  const { secrets } = place.api;
  const [first, ...others] = secrets.get("NOTIFICATION_SECRET")!.split(",");
  equal(first === world.notificationSecret, false);
  equal(secrets.get("STRIPE_WEBHOOK_SECRET"), `${NEW_SIGNING_SECRET},${world.webhookSecret}`);
  const file = parseEnv(await Deno.readTextFile(place.envFile));
  equal(file["NOTIFICATION_SECRET"], secrets.get("NOTIFICATION_SECRET"));
  if (others[0] === world.notificationSecret) return [];
  equal(others.length, 0);
  // The stack's functions still use only the old signing secret, so the last command of the runbook
  // needs a file with that secret alone.
  const restored = (await Deno.readTextFile(place.envFile)).replace(`${NEW_SIGNING_SECRET},`, "");
  await Deno.writeTextFile(place.envFile, restored);
  return [];
}

const ROTATION: Scene = { input: `${NEW_SIGNING_SECRET}\n`, after: isRotated };

/**
 * Switches sales on again after a runbook's command has switched sales off. Waits until a checkout
 * opens.
 */
async function sellAgain(world: World): Promise<void> {
  equal((await post(world, "features/b2c", backEnd(world), { state: "on" })).status, 200);
  const buyer = await signUp(world);
  await until("every process sells again", async () => {
    await openCheckout(world, buyer);
    return true;
  });
}

/**
 * Without `--again`, a command would resume an interrupted run. Each stage of the canary lasts one
 * second.
 */
const ANEW: Value[] = ["snapshot", "preflight", "smoke", "webhook", "first-dollar"]
  .map((name) => [`golive ${name} `, `golive ${name} --again `]);
const STAGES: Value = ["golive canary ", "golive canary --again --stage-seconds 1 "];

/** If pg_dump is older than the server, a snapshot is INCOMPLETE, and the exit code is 3. */
const ANY_SNAPSHOT: Value = [
  "golive snapshot --env-file .env",
  "golive snapshot --again --env-file .env || test $? -eq 3",
];

/** Returns values that add `--again` to these launch commands. */
export const anew = (...names: string[]): Value[] =>
  ANEW.filter(([printed]) => names.some((name) => printed === `golive ${name} `));

/** The runbook whose commands need a Redis. */
export const FAILOVER_PAGE = "operations/redis-failover.md";

/** The runbooks about a dump of the database. One test follows both, in this order. */
export const SNAPSHOT_PAGE = "operations/snapshot.md";
export const RESTORE_PAGE = "operations/restore.md";

export const LAUNCH_SCENES: Readonly<Record<string, Scene>> = {
  [FAILOVER_PAGE]: FAILOVER,
  "operations/key-rotation.md": ROTATION,
  "operations/rollback.md": {
    // The stack serves two revisions: the running one and HEAD. The test rolls back to HEAD, because
    // an earlier revision may be too old for this test.
    prepare: () => Promise.resolve([["golive rollback ", "golive rollback --again --to HEAD "]]),
    undo: sellAgain,
  },
  "operations/first-live-dollar.md": {
    prepare: () =>
      Promise.resolve([
        ANY_SNAPSHOT,
        ...anew("preflight", "smoke", "webhook", "first-dollar"),
        STAGES,
        ["you@example.com", `first-dollar-${crypto.randomUUID()}@example.com`],
      ]),
    undo: sellAgain,
  },
  "operations/deploy-checklist.md": {
    prepare: (world) =>
      Promise.resolve([
        ANY_SNAPSHOT,
        ...anew("smoke", "webhook"),
        [
          // The stack has no endpoint for connected accounts, so the check must not expect one.
          "stripe:check --env-file .env --project REF",
          `stripe:check --env-file .env --without-connect --url ${world.url}`,
        ],
      ]),
  },
};
