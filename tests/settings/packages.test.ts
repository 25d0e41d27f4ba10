/** A shop changes its packages with a file. Orders keep the terms under which they were sold. */
import { deepEqual, equal, match, notEqual } from "node:assert/strict";
import { z } from "@hono/zod-openapi";
import { Checkout, Package } from "../../supabase/functions/_shared/contracts/checkout.ts";
import { SettingsChanged } from "../../supabase/functions/_shared/contracts/settings/changes.ts";
import { PackageSettings } from "../../supabase/functions/_shared/contracts/settings/packages.ts";
import { payCheckout } from "@farthing/stripe-emulator/browser";
import { proven, withDeliveries, withPackages } from "../support/project/database.ts";
import { backEnd, data, get, nobody, post, refused } from "../support/project/http.ts";
import { type Person, signUp, signUpOperator } from "../support/project/people.ts";
import { balanceOf, orderBecomes } from "../support/money/purchases.ts";
import { readWorld } from "../support/project/world.ts";

const world = readWorld();
const MAIN = new URL("../../scripts/shop/main.ts", import.meta.url).pathname;

/**
 * This package is at the end of the list of packages, so that tests that buy the first package are
 * not affected.
 */
const termsOf = (slug: string, usd: number, eur: number, credits: string) => ({
  slug,
  name: "By file",
  sort: 9999,
  credits,
  prices: [{ currency: "usd", amount: usd }, { currency: "eur", amount: eur }],
});

async function readSettings() {
  return data(await get(world, "settings/packages", backEnd(world)), 200, PackageSettings);
}

/** Returns the packages on sale in the format of the packages file. */
async function packagesOnSale() {
  const { packages } = await readSettings();
  return packages.filter(({ active }) => active).map((
    { id: _id, version: _version, active: _active, effective_from: _from, ...terms },
  ) => ({ ...terms, description: terms.description ?? undefined }));
}

/** Runs packages:diff or packages:push with a file that contains these packages. */
async function runCommand(packages: unknown[], ...args: string[]) {
  const file = await Deno.makeTempFile({ suffix: ".json" });
  try {
    await Deno.writeTextFile(file, JSON.stringify({ packages }));
    const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-check", "-A", MAIN, args[0] ?? "", file, ...args.slice(1)],
      env: {
        SUPABASE_URL: world.url,
        SUPABASE_SECRET_KEY: world.secretKey,
        NO_COLOR: "1",
      },
    }).output();
    const text = new TextDecoder();
    return { success, said: text.decode(stdout) + text.decode(stderr) };
  } finally {
    await Deno.remove(file);
  }
}

const start = (buyer: Person, package_id: string, more = {}) =>
  post(world, "checkout", buyer.as, { package_id, ...more });

async function listed(slug: string) {
  const all = data(await get(world, "checkout/packages", nobody), 200, z.array(Package));
  return all.find((each) => each.slug === slug);
}

async function pay(buyer: Person, checkout: { order_id: string; checkout_url: string }) {
  return await withDeliveries(world, "shared", async () => {
    equal((await payCheckout(checkout.checkout_url)).result, "paid");
    return await orderBecomes(world, buyer, checkout.order_id, "paid");
  });
}

Deno.test("a package is added, changed and retired by a file, and open checkouts keep their price", () =>
  withPackages(world, "exclusive", async () => {
    const others = await packagesOnSale();
    const slug = `file-${crypto.randomUUID().slice(0, 8)}`;
    const [ann, bob] = [await signUp(world), await signUp(world)];

    const added = [...others, termsOf(slug, 600_000, 550_000, "6000000")];
    const diff = await runCommand(added, "diff");
    match(diff.said, new RegExp(`\\+ 1 added  = ${others.length} unchanged`));
    equal(await listed(slug), undefined, "a diff writes nothing");
    equal((await runCommand(added, "push", "--reason", "a new package")).success, true);
    const sold = await listed(slug);
    deepEqual(sold?.prices, [{ currency: "usd", amount: 600_000 }, {
      currency: "eur",
      amount: 550_000,
    }]);
    const open = data(await start(ann, slug), 201, Checkout);
    deepEqual([open.amount, open.currency], [600_000, "usd"]);
    deepEqual([open.package_id, open.package_slug], [sold?.id, slug]);
    const inEuro = data(await start(bob, slug, { currency: "eur" }), 201, Checkout);
    deepEqual([inEuro.amount, inEuro.currency], [550_000, "eur"]);
    refused(await start(bob, slug, { currency: "gbp" }), 400, "invalid_request", "currency");

    const changed = [...others, termsOf(slug, 700_000, 550_000, "5000000")];
    const push = await runCommand(changed, "push", "--reason", "autumn prices");
    match(push.said, /price_usd +600000 +→ +700000/);
    match(push.said, /Written: 1 package,/);
    const late = data(await start(ann, slug), 201, Checkout);
    notEqual(late.order_id, open.order_id);
    deepEqual([late.amount, late.total_credits], [700_000, "5000000"]);
    equal((await pay(ann, open)).amount, 600_000);
    equal((await balanceOf(world, ann.id)).balance, "6000000");
    await pay(bob, inEuro);
    equal((await balanceOf(world, bob.id)).balance, "6000000");

    const refusal = await runCommand(others, "push", "--reason", "no longer sold");
    equal(refusal.success, false);
    match(refusal.said, new RegExp(`lacks ${slug}, so nothing is written`));
    equal((await listed(slug))?.amount, 700_000);
    equal((await runCommand(others, "push", "--reason", "closed", "--retire")).success, true);
    refused(await start(bob, slug), 422, "unknown_package", "package_id");
    match((await runCommand(others, "push", "--reason", "again")).said, /Nothing to do/);

    const { history } = await readSettings();
    deepEqual(
      history.filter(({ name }) => name === slug).map(({ author, reason }) =>
        `${author}: ${reason}`
      ),
      ["key:default: closed", "key:default: autumn prices", "key:default: a new package"],
    );
    await proven(world);
  }));

Deno.test("of two operators who change the packages at once, the second one gets 409", () =>
  withPackages(world, "exclusive", async () => {
    const others = await packagesOnSale();
    const slugs = ["a", "b"].map((name) => `race-${name}-${crypto.randomUUID().slice(0, 8)}`);
    const [ann, bob] = [await signUpOperator(world), await signUpOperator(world)];
    const { version } = await readSettings();
    const answers = await Promise.all(
      [ann, bob].map((operator, index) =>
        post(world, "settings/packages", operator.as, {
          packages: [...others, termsOf(slugs[index] ?? "", 600_000, 550_000, "1")],
          version,
          reason: "a race",
        })
      ),
    );
    deepEqual(answers.map(({ status }) => status).toSorted(), [200, 409]);
    const [winner, loser] = answers[0]?.status === 200 ? [0, 1] : [1, 0];
    const { details } = refused(answers[loser]!, 409, "version_conflict");
    const now = await readSettings();
    equal(details?.version, now.version);
    notEqual(await listed(slugs[winner] ?? ""), undefined);
    equal(await listed(slugs[loser] ?? ""), undefined);
    equal(now.history[0]?.author, `operator:${[ann, bob][winner]?.id}`);

    const body = { packages: others, version: now.version, reason: "clean up" };
    const answer = await post(world, "settings/packages", ann.as, body, { key: "clean-up" });
    const done = data(answer, 200, SettingsChanged);
    deepEqual(done.changes.map(({ name, change }) => [name, change]), [[slugs[winner], "retired"]]);
    const again = await post(world, "settings/packages", ann.as, body, { key: "clean-up" });
    equal(again.headers.get("idempotency-replayed"), "true");
    deepEqual(data(again, 200, SettingsChanged), done);
  }));

Deno.test("a user reads and changes no packages", async () => {
  const user = await signUp(world);
  refused(await get(world, "settings/packages", user.as), 403, "forbidden");
  const packages = [termsOf("mine", 600_000, 550_000, "1")];
  const body = { packages, version: "0", reason: "mine" };
  refused(await post(world, "settings/packages", user.as, body), 403, "forbidden");
  equal(await listed("mine"), undefined);
});
