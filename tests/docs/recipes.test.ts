/**
 * The code blocks of the back-end recipes run as printed. The test adds only the variables that a
 * block uses and does not declare.
 */
import { deepEqual, equal, match, rejects } from "node:assert/strict";
import { createClient } from "@supabase/supabase-js";
import { Grant } from "../../supabase/functions/_shared/contracts/credits.ts";
import { ROOT } from "../../scripts/command/root.ts";
import { sell, withdraw } from "../prices/own-prices.ts";
import { balanceOf, buy, packageNamed } from "../support/money/purchases.ts";
import { newPurchase, refundBecomes, standing } from "../support/money/refunds.ts";
import {
  proven,
  withDeliveries,
  withPackages,
  withPolicy,
  withSql,
} from "../support/project/database.ts";
import { backEnd, data, post } from "../support/project/http.ts";
import { signUp, signUpOperator } from "../support/project/people.ts";
import { blocksIn, snippet, typeCheck, writeModules } from "../support/project/printed-snippets.ts";
import { until } from "../support/project/until.ts";
import { readWorld } from "../support/project/world.ts";

const world = readWorld();
const STRIPE_API_URL = world.stripeUrl;
const server = createClient(world.url, world.secretKey, { auth: { persistSession: false } });

/** All code blocks of these pages, in the order in which each page prints them. */
const PAGES = {
  "docs/recipes/answer-a-customer.md": [
    snippet("answer", ["operator", "email"], ["answer", "page"]),
  ],
  "docs/recipes/gate-a-feature.md": [
    snippet("gate", ["server", "user_id", "callModel"], ["answer"]),
  ],
  "docs/recipes/refund-and-dispute.md": [
    snippet("refund", ["server", "order_id"], ["refund"]),
    snippet("dispute", ["STRIPE_API_URL", "payment_intent"]),
  ],
  "docs/recipes/change-prices.md": [
    snippet("settings", ["server"], ["preview", "changed"]),
  ],
  "docs/recipes/give-your-emails-a-face.md": [
    snippet("face", ["server"], ["changed"]),
    snippet("locale", ["supabase"]),
  ],
  "docs/recipes/test-your-app.md": [
    snippet("user", ["server"], ["user"]),
    snippet("prove", ["sql"], ["violations"]),
  ],
};

type Runs = <T>(name: string, given: object) => Promise<T>;

async function gate(runs: Runs): Promise<void> {
  const { id: user_id } = await signUp(world);
  const callModel = () =>
    Promise.resolve({ text: "Four.", input_tokens: 1000, output_tokens: 500 });
  const ask = (call = callModel) =>
    runs<{ answer: string }>("gate", { server, user_id, callModel: call });

  const refused = ask(() => Promise.reject(new Error("the model ran")));
  await rejects(refused, {
    code: "insufficient_credits",
    details: { limit: "balance", required: "68", available: "0" },
  });
  const grant = { user_id, amount: "100", source: "promotional", reason: "test" };
  data(await post(world, "credits/grants", backEnd(world), grant), 201, Grant);
  await rejects(ask(() => Promise.reject(new Error("broken"))), {
    message: "broken",
  });
  const { balance, held } = await balanceOf(world, user_id);
  deepEqual([balance, held], ["100", "0"]);

  const { answer } = await ask(); // This call succeeds after the failed one.
  equal(answer, "Four.");
  equal((await balanceOf(world, user_id)).balance, "50");
}

async function moneyBack(runs: Runs): Promise<void> {
  const purchase = await newPurchase(world);
  await withDeliveries(world, "shared", async () => {
    const { refund } = await runs<{ refund: { refund_id: string } }>("refund", {
      server,
      order_id: purchase.orderId,
    });
    await refundBecomes(world, refund.refund_id, "succeeded");
  });
  const refunded = "partially_refunded: balance 4990, available 4990, debt 0";
  equal(await standing(world, purchase), refunded);
  await withDeliveries(world, "shared", async () => {
    await runs("dispute", { STRIPE_API_URL, payment_intent: purchase.paymentId });
    await until("the dispute is won", async () => {
      const [row] = await withSql(
        world,
        (sql) => sql`select status from farthing.disputes where order_id = ${purchase.orderId}`,
      );
      return row?.["status"] === "won" && await standing(world, purchase) === refunded || undefined;
    });
  });
}

async function answerCustomer(runs: Runs): Promise<void> {
  const { supabase: operator } = await signUpOperator(world);
  const buyer = await signUp(world);
  const { order_id } = await buy(world, buyer, "Starter");
  const usage = { user_id: buyer.id, model: "gpt-4o", input_tokens: 1000, output_tokens: 500 };
  equal((await post(world, "usage", backEnd(world), usage)).status, 201);
  const { answer, page } = await runs<{ answer: string[]; page: { refused_next: object[] } }>(
    "answer",
    { operator, email: buyer.email },
  );
  deepEqual(answer.map((line) => line.replace(/^\S+ /, "")), [
    "-50 → 9940: Usage of gpt-4o: 1000 input, 500 output tokens",
    `9990 → 9990: Starter package bought: order ${order_id}`,
  ]);
  equal(page.refused_next.length, 3);
}

/**
 * Runs the commands and the code of docs/recipes/change-prices.md. The commands read and write a
 * file in the test's folder.
 */
async function changePrices(runs: Runs, folder: string): Promise<void> {
  const file = `${folder}/shop.packages.json`;
  const blocks = await blocksIn("docs/recipes/change-prices.md");
  const [pull, diff, push] = blocks.filter(({ language }) => language === "sh").map(({ code }) =>
    code.replace("shop.packages.json", file).replace("npx -y deno@2.9.6 ", `${Deno.execPath()} `)
  );
  const run = async (command = "") => {
    const { success, stdout, stderr } = await new Deno.Command("sh", {
      args: ["-c", command],
      cwd: ROOT,
      env: { SUPABASE_URL: world.url, SUPABASE_SECRET_KEY: world.secretKey, NO_COLOR: "1" },
    }).output();
    const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
    equal(success, true, said);
    return said;
  };
  const id = crypto.randomUUID();
  await withPackages(world, "exclusive", async () => {
    await sell(world, id, 1, { name: "By recipe", amount: 700_000, credits: "1", bonus: "0" });
    await run(pull);
    match(await run(diff), /Nothing to do\./);
    const text = await Deno.readTextFile(file);
    await Deno.writeTextFile(file, text.replace(`"amount": 700000`, `"amount": 800000`));
    match(await run(diff), /price_usd +700000 +→ +800000/);
    match(await run(push), /Written: 1 package,/);
    equal((await packageNamed(world, "By recipe")).amount, 800_000);
    await withdraw(world, id);
  });

  type Answer = { changes: object[]; dry_run: boolean };
  const { preview, changed } = await runs<{ preview: Answer; changed: Answer }>("settings", {
    server,
  });
  deepEqual([preview.dry_run, changed.dry_run], [true, false]);
  const fields = [
    { field: "fine_at", from: "2500", to: "4000" },
    { field: "threshold", from: "3000", to: "5000" },
  ];
  deepEqual(preview.changes, [{ name: "slow_answers", change: "changed", version: null, fields }]);
  deepEqual(changed.changes, preview.changes);
  await withSql(world, (sql) =>
    sql`
    update farthing.alert_rules set threshold = 3000, fine_at = 2500 where rule = 'slow_answers'`);
}

/** Runs the recipe that sets the look of the shop's emails, and restores the defaults at the end. */
async function emailsHaveAFace(runs: Runs): Promise<void> {
  const { supabase } = await signUp(world);
  await runs("locale", { supabase });
  equal((await supabase.auth.getUser()).data.user?.user_metadata["locale"], "de-AT");
  await withPolicy(world, "exclusive", async () => {
    type Changed = { changes: { fields: { field: string }[] }[] };
    const { changed } = await runs<{ changed: Changed }>("face", { server });
    const fields = changed.changes.flatMap((each) => each.fields.map(({ field }) => field));
    equal(fields.length, 6);
    const none = Object.fromEntries(fields.map((field) => [field, null]));
    await withSql(world, (sql) => sql`select farthing.set_policy(${sql.json(none)}, 'a test')`);
  });
}

async function ownTests(runs: Runs): Promise<void> {
  const { user } = await runs<{ user: { id: string } }>("user", { server });
  equal((await balanceOf(world, user.id)).balance, "500");
  const { violations } = await withSql(
    world,
    (sql) => runs<{ violations: object[] }>("prove", { sql }),
  );
  deepEqual([...violations], []);
}

Deno.test("recipes for a back end run as printed", async (test) => {
  const folder = await Deno.makeTempDir({ prefix: "recipes-" });
  try {
    const files = await writeModules(folder, PAGES);
    const runs: Runs = async (name, given) =>
      (await import(`file://${folder}/${name}.ts`)).run(given);
    await test.step("the recipes are TypeScript that compiles", () => typeCheck(files));
    await test.step("a feature is gated by a hold", () => gate(runs));
    await test.step("an order is refunded, and its dispute won", () => moneyBack(runs));
    await test.step("a customer is answered", () => answerCustomer(runs));
    await test.step("a shop changes prices and settings", () => changePrices(runs, folder));
    await test.step("emails get the shop's look, and users a language", () =>
      emailsHaveAFace(runs));
    await test.step("a test of an app has its user and ends with the proof", () => ownTests(runs));
    await proven(world);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
