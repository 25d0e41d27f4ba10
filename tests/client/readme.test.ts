/** The code blocks of the client's README and of the repository's README run as printed. */
import { deepEqual, equal, match, rejects } from "node:assert/strict";
import { createFarthing } from "@farthing/client";
import { createFarthingServer } from "@farthing/client/server";
import { payCheckout } from "@farthing/stripe-emulator/browser";
import { ROOT } from "../../scripts/command/root.ts";
import { proven, withDeliveries } from "../support/project/database.ts";
import { type Person, signUp } from "../support/project/people.ts";
import { snippet, typeCheck, writeModules } from "../support/project/printed-snippets.ts";
import { until } from "../support/project/until.ts";
import { readWorld } from "../support/project/world.ts";

const world = readWorld();
const README = "packages/client/README.md";
const user = ["farthing", "show"];
const server = ["server", "userId", "show"];

/** All code blocks of the client's README, in order. */
const BLOCKS = [
  snippet("balance", ["supabase", "show"], ["farthing"]),
  snippet("buy", user, ["checkout_url"]),
  snippet("order", [...user, "orderId"], ["order"]),
  snippet("refusals", user),
  snippet("stream", [...user, "write"], ["charge"]),
  snippet("job", user),
  snippet("history", user),
  snippet("list", user, ["list"]),
  snippet("own", [...user, "backEndUrl"]),
  snippet("usage", ["url", "secretKey", "userId", "show"], ["charge"]),
  snippet("hold", [...server, "callModel"], ["settled"]),
  snippet("handler", ["server"], ["handler"]),
  snippet("page", server, ["items"]),
];

/** The repository's README. */
const FRONT_PAGE = "README.md";
const FRONT_BLOCKS = [
  snippet("front-buy", ["supabase", "location"]),
  snippet("front-hold", ["url", "secretKey", "userId", "callModel"], ["value", "settled"]),
];

const TYPES = { server: 'import("@farthing/client/server").FarthingServer' };

type Given = Record<string, unknown>;
/** Serves the README's back end while `use` runs. */
async function withBackEnd(runs: Runs, use: (url: string) => Promise<unknown>): Promise<void> {
  const { url, secretKey } = world;
  const { handler } = await runs("handler", { server: createFarthingServer({ url, secretKey }) });
  const options = { port: 0, hostname: "127.0.0.1", onListen: () => {} };
  const backEnd = Deno.serve(options, handler as unknown as Deno.ServeHandler);
  try {
    await use(`http://127.0.0.1:${backEnd.addr.port}/`);
  } finally {
    await backEnd.shutdown();
  }
}

type Runs = (name: string, given: Given) => Promise<Record<string, Given>>;

async function asUser(runs: Runs, supabase: unknown, said: string[]): Promise<void> {
  const show = (text: string) => said.push(text);
  const take = () => said.splice(0);
  const farthing = createFarthing({ supabase } as Parameters<typeof createFarthing>[0]);
  await runs("balance", { supabase, show });
  await runs("refusals", { farthing, show });
  const [empty, needed] = take();
  equal(empty, "0 credits");
  match(needed!, /^[\d.]+ are needed$/);

  await withDeliveries(world, "shared", async () => {
    await runs("buy", { farthing, show });
    const [address] = take();
    await payCheckout(address!, "4242424242424242");
    const { items: [order] } = await farthing.orders.list();
    await runs("order", { farthing, show, orderId: order!.order_id });
  });
  equal(take().at(-1), "9990 credits");

  let text = "";
  const write = (piece: string) => text += piece;
  const { charge } = await runs("stream", { farthing, show, write });
  equal(text.length > 0, true);
  deepEqual(take(), [`${charge!.credits} credits, ${charge!.balance_after} left`]);

  await runs("job", { farthing, show });
  const states = take();
  deepEqual([states.at(-2), / bytes$/.test(states.at(-1)!)], ["completed 100 %", true]);
  await runs("history", { farthing, show });
  const [first, size] = take();
  match(`${first} | ${size}`, / purchase 9\d+ \| \d+ characters$/);
  const { list } = await runs("list", { farthing, show });
  const items = (list as unknown as { items: { isPending: boolean }[] }).items;
  deepEqual([take().length, items.map(({ isPending }) => isPending)], [3, [false]]);
}

/** Asserts that the back end accepts supabase-js' token of a user, and refuses a forged token. */
async function asBoth(runs: Runs, { id, supabase }: Person, said: unknown[]): Promise<void> {
  const show = (answer: unknown) => said.push(answer);
  const farthing = createFarthing({ supabase });
  await withBackEnd(runs, async (backEndUrl) => {
    await runs("own", { farthing, show, backEndUrl });
    deepEqual(said.splice(0), [{ userId: id, question: "What is a farthing?" }]);
    const forged = { url: world.url, publishableKey: "pk", getAccessToken: () => "forged" };
    const stranger = createFarthing(forged);
    await rejects(stranger.fetch(backEndUrl), { code: "unauthenticated", status: 401 });
  });
}

/** Runs the code of the repository's README: a new user buys credits and is charged. */
async function onFrontPage(runs: Runs): Promise<void> {
  const { id, supabase } = await signUp(world);
  const given = { url: world.url, secretKey: world.secretKey, userId: id };
  const usage = { model: "gpt-4o", input_tokens: 1000, output_tokens: 500 };
  const asked: string[] = [];
  const callModel = () => Promise.resolve({ text: `${asked.push("model")} answer`, usage });
  await rejects(runs("front-hold", { ...given, callModel }), { code: "insufficient_credits" });
  deepEqual(asked, []);
  await withDeliveries(world, "shared", async () => {
    const location = { origin: "http://localhost:5173", href: "" };
    await runs("front-buy", { supabase, location });
    await payCheckout(location.href, "4242424242424242");
    const { credits } = createFarthing({ supabase });
    await until(
      "the credits are granted",
      async () => (await credits.get()).available === "9990" || undefined,
    );
  });
  const { value, settled } = await runs("front-hold", { ...given, callModel });
  deepEqual([value, settled!.settled], ["1 answer", "50"]);
}

async function asServer(runs: Runs, userId: string, said: string[]): Promise<void> {
  const show = (text: string) => said.push(text);
  const { url, secretKey } = world;
  const server = createFarthingServer({ url, secretKey });
  await runs("usage", { url, secretKey, userId, show });
  match(said.splice(0)[0]!, /^50 credits, [\d.]+ left$/);
  const usage = { model: "gpt-4o", input_tokens: 1000, output_tokens: 500 };
  const callModel = () => Promise.resolve({ text: "Four.", usage });
  await runs("hold", { server, userId, show, callModel });
  await runs("page", { server, userId, show });
  deepEqual(said.splice(0), ["Four.: 50 credits", "1 orders, more: false"]);
}

Deno.test("the README's code, as printed", async (test) => {
  // The folder is inside the repository, so that the repository's import map resolves the package's
  // name.
  await Deno.mkdir(`${ROOT}.farthing`, { recursive: true });
  const folder = await Deno.makeTempDir({ dir: `${ROOT}.farthing`, prefix: "readme-" });
  try {
    const files = await writeModules(
      folder,
      { [README]: BLOCKS, [FRONT_PAGE]: FRONT_BLOCKS },
      TYPES,
    );
    const runs: Runs = async (name, given) =>
      (await import(`file://${folder}/${name}.ts`)).run(given);
    const person = await signUp(world);
    const { id, supabase } = person;
    const said: string[] = [];
    await test.step("is TypeScript that checks", () => typeCheck(files));
    await test.step("does in an app what the page says", () => asUser(runs, supabase, said));
    await test.step("does in a back end what the page says", () => asServer(runs, id, said));
    await test.step("calls the app's own back end", () => asBoth(runs, person, said));
    await test.step("does what the repository's front page says", () => onFrontPage(runs));
    await proven(world);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
