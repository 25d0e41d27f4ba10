/**
 * Runs `stripe:setup` and `stripe:check` as a user does, against the emulator and the real webhook
 * function.
 */
import { deepEqual, doesNotMatch, equal, match } from "node:assert/strict";
import type Stripe from "stripe";
import { API_VERSION } from "../../supabase/functions/_shared/adapters/stripe/client.ts";
import { EVENT_TYPES } from "../../supabase/functions/_shared/adapters/stripe/stored-facts.ts";
import { EMULATOR_KEY } from "@farthing/stripe-emulator/testing";
import { CONNECT_RIGHTS, RIGHTS } from "./rights.ts";
import { type Given, run, start } from "./testing/fixture.ts";

Deno.test("stripe:setup creates both endpoints once, and stripe:check then finds nothing wrong", async () => {
  await using fixture = await start();
  const dry = await fixture.setup("--dry-run");
  equal(dry.code, 0, dry.said);
  match(dry.said, /test mode/);
  deepEqual(await fixture.endpoints(), []);
  equal((await fixture.check()).code, 1);

  const made = await fixture.setup("--write", fixture.file);
  equal(made.code, 0, made.said);
  match(made.said, /secrets set --env-file \S+\.env --yes/);
  const [connect, account] = await fixture.endpoints();
  deepEqual([account?.url, account?.api_version], [fixture.url, API_VERSION]);
  deepEqual([connect?.url, connect?.api_version], [fixture.url, API_VERSION]);
  const listened = [...account!.enabled_events, ...connect!.enabled_events];
  deepEqual(listened.toSorted(), EVENT_TYPES.toSorted());
  deepEqual(connect?.enabled_events, ["account.updated"]);

  const checked = await fixture.check();
  equal(checked.code, 0, checked.said);
  match(checked.said, /signing secret 2 of 2 +the function accepts it/);
  const again = await fixture.setup();
  equal(again.code, 0, again.said);
  doesNotMatch(again.said, /whsec_/);
  equal((await fixture.endpoints()).length, 2);
  for (const { said } of [made, checked, again]) doesNotMatch(said, /(sk|whsec)_\w/);
});

Deno.test("stripe:setup creates no endpoint whose secret it could not write", async () => {
  await using fixture = await start();
  const nowhere = await fixture.setup("--write", `${fixture.file}.none/.env`);
  equal(nowhere.code, 2, nowhere.said);
  match(nowhere.said, /can't write/);
  await Deno.writeTextFile(fixture.file, "STRIPE_WEBHOOK_SECRET=\n".repeat(2), { append: true });
  const twice = await fixture.setup("--write", fixture.file);
  equal(twice.code, 2, twice.said);
  match(twice.said, /The file sets STRIPE_WEBHOOK_SECRET twice/);
  deepEqual(await fixture.endpoints(), []);
});

Deno.test("stripe:setup shows the secrets if the write fails after the trial write", async () => {
  await using fixture = await start();
  const directory = await Deno.makeTempDir();
  // Remove the directory when the first endpoint is created. At this moment, the command has tested
  // that it can write the file, and has not written the secrets yet.
  const between = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const { method, headers } = request;
    if (method === "POST") await Deno.remove(directory, { recursive: true }).catch(() => {});
    const { pathname, search } = new URL(request.url);
    const body = method === "POST" ? await request.text() : null;
    return await fetch(`${fixture.emulator.url}${pathname}${search}`, { method, headers, body });
  });
  const STRIPE_API_URL = `http://127.0.0.1:${between.addr.port}`;
  const given = `STRIPE_SECRET_KEY=${EMULATOR_KEY}\nSTRIPE_API_URL=${STRIPE_API_URL}\n`;
  await Deno.writeTextFile(fixture.file, given);
  const { code, said } = await fixture.setup("--write", `${directory}/.env`);
  await between.shutdown();
  equal(code, 1, said);
  match(said, /can't write/);
  match(said, /^STRIPE_WEBHOOK_SECRET=whsec_\w+,whsec_\w+$/m);
  doesNotMatch(said, /The signing secrets are in/);
  equal((await fixture.endpoints()).length, 2);
});

Deno.test("stripe:setup names the deployment if a project gets the events", async () => {
  await using fixture = await start();
  const args = [
    "--env-file",
    fixture.file,
    "--project",
    "abcdefghijklmnopqrst",
    "--write",
    fixture.file,
  ];
  const { code, said } = await run("setup-main.ts", args, {});
  equal(code, 0, said);
  match(
    said,
    /`deno task deploy` gives them to the functions\. To set only .*:\s+npx .*--remote=abcdefghijkl/,
  );
});

Deno.test("stripe:setup shows new secrets once, and never the key", async () => {
  await using fixture = await start();
  const { said } = await fixture.setup();
  match(said, /^STRIPE_WEBHOOK_SECRET=whsec_\w+,whsec_\w+$/m);
  doesNotMatch(said, /sk_test_/);
  const events: Stripe.WebhookEndpointCreateParams.EnabledEvent[] = ["account.updated"];
  await fixture.stripe.webhookEndpoints.update((await fixture.endpoints())[0]!.id, {
    enabled_events: [...events, "person.updated"],
  });
  // An endpoint that gets more event types than needed is accepted, because the function ignores
  // the others. --update removes them.
  match((await fixture.check()).said, /note .*person\.updated/);
  doesNotMatch((await fixture.setup("--update")).said, /whsec_/);
  deepEqual((await fixture.endpoints())[0]?.enabled_events, events);
});

Deno.test("stripe:setup corrects events and a disabled endpoint only with --update", async () => {
  await using fixture = await start();
  await fixture.setup("--write", fixture.file);
  const [, account] = await fixture.endpoints();
  const enabled_events: ["charge.failed"] = ["charge.failed"];
  await fixture.stripe.webhookEndpoints.update(account!.id, { enabled_events, disabled: true });
  const checked = await fixture.check();
  equal(checked.code, 1);
  match(checked.said, /does not listen to checkout\.session\.completed, .*--update/);
  match(checked.said, /it is disabled \(stripe:setup --update\)/);
  const left = await fixture.setup();
  deepEqual([left.code, (await fixture.endpoints())[1]?.status], [1, "disabled"]);
  equal((await fixture.setup("--update")).code, 0);
  equal((await fixture.check()).code, 0);
});

Deno.test("stripe:setup creates an endpoint beside one of another version and removes that one", async () => {
  await using fixture = await start();
  const { url, stripe, file } = fixture;
  const events = EVENT_TYPES.filter((type) => type !== "account.updated");
  const old = await stripe.webhookEndpoints.create({
    url,
    enabled_events: events,
    api_version: "2020-03-02",
  });
  await Deno.writeTextFile(file, `STRIPE_WEBHOOK_SECRET=${old.secret}\n`, { append: true });
  const said = new RegExp(`${old.id}: .* have API version 2020-03-02, .*--replace`);
  match((await fixture.check()).said, said);
  equal((await fixture.setup("--without-connect")).code, 1);
  const refused = await fixture.setup("--remove", old.id);
  equal(refused.code, 2);
  match(refused.said, /no other endpoint for the account is right\. You can remove it/);

  const replaced = await fixture.setup("--replace", "--write", file);
  equal(replaced.code, 0, replaced.said);
  match(replaced.said, new RegExp(`--remove ${old.id}`));
  const secrets = await fixture.secrets();
  deepEqual([secrets.length, secrets.at(-1)], [3, old.secret]);
  match((await fixture.check()).said, /is a second endpoint, so each event arrives twice/);
  equal((await fixture.setup("--remove", old.id)).code, 0);
  equal((await fixture.endpoints()).some(({ id }) => id === old.id), false);
  equal((await fixture.check()).code, 0);
});

Deno.test("stripe:setup names the right that its key lacks, and accepts another key", async () => {
  await using fixture = await start({ rights: [] });
  const { code, said } = await fixture.setup();
  equal(code, 2);
  match(said, /lacks the right webhook_read.*STRIPE_SETUP_KEY/);
  doesNotMatch(said, /rk_test_r|1234/);
  const other = { STRIPE_SETUP_KEY: EMULATOR_KEY };
  const args = ["--env-file", fixture.file, "--url", new URL(fixture.url).origin];
  equal((await run("setup-main.ts", args, other)).code, 0);
  equal((await fixture.endpoints()).length, 2);
});

const SLUGS: Readonly<Record<string, string>> = {
  "Checkout Sessions": "checkout_session",
  "Customers": "customer",
  "PaymentIntents": "payment_intent",
  "Charges and Refunds": "charge",
  "Radar": "charge",
  "Events": "event",
  "SetupIntents": "setup_intent",
  "PaymentMethods": "payment_method",
  "Disputes": "dispute",
  "Payouts": "payout",
  "Balance": "balance",
  "Balance transactions": "balance_transaction_source",
  "Transfers": "transfer",
  "Application Fees": "application_fee",
  "Connected accounts": "connected_account",
  "Account Links": "account_link",
};

Deno.test("stripe:check checks each right of a restricted key and changes nothing", async () => {
  const all = [...RIGHTS, ...CONNECT_RIGHTS].map(({ resource, access }) =>
    `${SLUGS[resource]}_${access}`
  );
  await using fixture = await start({ rights: [...all, "webhook_write"] });
  await fixture.setup("--write", fixture.file);
  const sizes = async () => {
    const { objects } = await fixture.emulator.control("GET", "");
    return Object.entries(objects as Record<string, number>).filter(([, count]) => count > 0);
  };
  const before = await sizes();
  const good = await fixture.check();
  equal(good.code, 0, good.said);
  match(good.said, /has all 18 needed rights/);
  deepEqual(await sizes(), before);

  const lacking = all.filter((name) => name !== "event_read" && name !== "customer_write");
  await using poor = await start({ rights: [...lacking, "webhook_write"] });
  const { code, said } = await poor.check();
  equal(code, 1);
  match(
    said,
    /wrong +rights of the key +Customers: write lacks \(customer_write\), for saved cards/,
  );
  match(said, /wrong +rights of the key +Events: read lacks \(event_read\)/);
  equal(said.match(/lacks/g)?.length, 2);
});

Deno.test("stripe:check reports a wrong answer at the address, and endpoints that miss it", async () => {
  const location = "https://elsewhere.example.com/";
  const answers: [() => Response, RegExp][] = [
    [
      () => new Response(null, { status: 308, headers: { location } }),
      /redirects to https:\/\/else/,
    ],
    [() => Response.json({ code: 401 }, { status: 401 }), /set verify_jwt = false/],
    [() => new Response("no", { status: 404 }), /the function is missing/],
    [() => Response.json({ error: { code: "internal" } }, { status: 500 }), /secrets:check/],
    [() => new Response("<html>"), /this is not the function/],
  ];
  for (const [answer, said] of answers) {
    await using fixture = await start({ answer });
    const checked = await fixture.check();
    equal(checked.code, 1);
    match(checked.said, said);
  }
  await using fixture = await start();
  await fixture.setup("--write", fixture.file);
  const stray = { url: `${fixture.url}/`, enabled_events: ["charge.failed" as const] };
  const { id } = await fixture.stripe.webhookEndpoints.create(stray);
  match(
    (await fixture.check()).said,
    new RegExp(`wrong +endpoints +${id} does not deliver to the function`),
  );
});

Deno.test("stripe:check reports a signing secret that the function does not know", async () => {
  await using fixture = await start();
  await fixture.setup("--write", fixture.file);
  const copy = await Deno.makeTempFile({ suffix: ".env" });
  const text = await Deno.readTextFile(fixture.file);
  await Deno.writeTextFile(copy, text.replace(/^(STRIPE_WEBHOOK_SECRET=)/m, "$1whsec_stale,"));
  const args = ["--env-file", copy, "--url", new URL(fixture.url).origin];
  const { code, said } = await run("check-main.ts", args, {});
  await Deno.remove(copy);
  equal(code, 1);
  match(said, /wrong +signing secret 1 of 3 +the function refuses it/);
  match(said, /ok +signing secret 2 of 3/);
});

Deno.test("stripe:setup refuses conflicting settings without showing the key", async () => {
  const wrong: [Given, string[], RegExp][] = [
    [{ key: "pk_test_public" }, [], /is not a secret key/],
    [
      { key: "sk_live_secretly" },
      ["--url", "https://a.example.com"],
      /STRIPE_API_URL may be set only if the emulator/,
    ],
    [
      { key: "sk_live_secretly" },
      ["--url", "http://localhost@b.com"],
      /STRIPE_API_URL may be set only if the emulator/,
    ],
    [{ key: "sk_live_secretly" }, [], /does not know this key/],
    [{ env: { STRIPE_SETUP_KEY: "sk_live_secretly" } }, [], /STRIPE_SETUP_KEY must be a test key/],
    [{}, ["--project", "nope!"], /--project must be/],
    [{}, ["sk_test_stray"], /Usage/],
    [{ key: "sk_test_revoked_key" }, [], /does not know this key/],
  ];
  for (const [given, args, said] of wrong) {
    await using fixture = await start(given);
    const ran = await fixture.setup(...args);
    equal(ran.code, 2, ran.said);
    match(ran.said, said);
    doesNotMatch(ran.said, /secretly|stray|revoked_key|public\b/);
  }
});

Deno.test("stripe:listen forwards every event that the functions read to one address", async () => {
  const { code, said } = await run("listen-main.ts", ["--url", "http://127.0.0.1:55321/"], {});
  equal(code, 0);
  const [, types] = /--events (\S+)/.exec(said)!;
  deepEqual(types!.split(",").toSorted(), EVENT_TYPES.toSorted());
  equal(said.match(/http:\/\/127\.0\.0\.1:55321\/functions\/v1\/stripe-webhook /g)?.length, 2);
});
