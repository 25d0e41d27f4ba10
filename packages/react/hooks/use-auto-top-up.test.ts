import { deepEqual, equal } from "node:assert/strict";
import { FarthingError, type TopUps } from "@farthing/client";
import { act, fake, visit, waitFor, withHook } from "../testing/page.tsx";
import { useAutoTopUp } from "./use-auto-top-up.ts";
import { useCredits } from "./use-credits.ts";

const TERMS = { threshold: "10", target: "100", monthly_cap: 5000 };

/** Makes a client that can turn top-ups on and off, and records each change. */
function topUps(refusal?: FarthingError) {
  const changes: unknown[] = [];
  let state: TopUps["state"] = "off";
  const change = (to: TopUps["state"]) => (...[body]: unknown[]) => {
    changes.push(body ?? to);
    if (refusal) return Promise.reject(refusal);
    state = to;
    return Promise.resolve({});
  };
  const farthing = fake({
    topUps: {
      get: () => Promise.resolve({ state } as TopUps),
      set: change("on") as never,
      turnOff: (() => change("off")()) as never,
      removeCard: (() => change("card_missing")()) as never,
      saveCard: ((body: unknown) => {
        changes.push(body);
        return Promise.resolve({ setup_url: "https://app.test/shop#card" });
      }) as never,
    },
  });
  return { farthing, changes };
}

const stateOf = (state: ReturnType<typeof useAutoTopUp>) =>
  state.status === "ready" ? state.data.state : state.status;

Deno.test("top-ups are turned on with their terms, and off again", async () => {
  const { farthing, changes } = topUps();
  await withHook(useAutoTopUp, { farthing }, async ({ current }) => {
    equal(stateOf(current()), "loading");
    await waitFor(() => equal(stateOf(current()), "off"));
    act(() => current().turnOn(TERMS));
    await waitFor(() => equal(stateOf(current()), "on"));
    act(() => current().removeCard());
    await waitFor(() => equal(stateOf(current()), "card_missing"));
    act(() => current().turnOff());
    await waitFor(() => equal(stateOf(current()), "off"));
    await waitFor(() => equal(current().isChanging, false));
    deepEqual(changes, [{ ...TERMS, enabled: true }, "card_missing", "off"]);
  });
});

Deno.test("the page leaves to save a card, and Stripe returns to it", async () => {
  visit("https://app.test/shop");
  const { farthing, changes } = topUps();
  await withHook(useAutoTopUp, { farthing }, async ({ current }) => {
    act(() => current().saveCard());
    await waitFor(() => equal(globalThis.location.hash, "#card"));
    await waitFor(() => equal(current().isChanging, false));
    const address = "https://app.test/shop";
    const success_url = `${address}?farthing_card=first`;
    deepEqual(changes, [{ success_url, cancel_url: address }]);
  });
});

const NO_CARD = { state: "card_missing", card: null } as TopUps;
const SAVED = { state: "off", card: { brand: "visa", last4: "4242" } } as TopUps;

/** Makes a client whose `waitForCard` ends when the test resolves `saved`. */
function savingCard() {
  const saved = Promise.withResolvers<TopUps>();
  const waits: unknown[] = [];
  const waitForCard = (options: { onLook: (topUps: TopUps) => void; hadCard: boolean }) => {
    waits.push(options.hadCard);
    options.onLook(NO_CARD);
    return saved.promise;
  };
  const get = () => Promise.resolve(NO_CARD);
  return { farthing: fake({ topUps: { get, waitForCard: waitForCard as never } }), saved, waits };
}

const cardOf = (state: ReturnType<typeof useAutoTopUp>) =>
  state.status === "ready" ? state.data.card : state.status;

Deno.test("a card that was saved is awaited after the return, and shown without a reload", async () => {
  visit("https://app.test/shop?tab=2&farthing_card=first");
  const { farthing, saved, waits } = savingCard();
  await withHook(useAutoTopUp, { farthing }, async ({ current, queries }) => {
    await waitFor(() => deepEqual([cardOf(current()), current().isSavingCard], [null, true]));
    saved.resolve(SAVED);
    await waitFor(() => deepEqual(cardOf(current()), SAVED.card));
    await waitFor(() => equal(current().isSavingCard, false));
    equal(globalThis.location.href, "https://app.test/shop?tab=2");
    const begun = waits.length;
    await act(() => queries.invalidateQueries());
    deepEqual([current().isSavingCard, waits.length], [false, begun]);
  });
  equal(waits.every((hadCard) => hadCard === false), true);
});

Deno.test("a card that does not come can be saved again, and no other user waits for it", async () => {
  visit("https://app.test/shop?farthing_card=other");
  const { farthing, saved, waits } = savingCard();
  await withHook(useAutoTopUp, { farthing }, async ({ current, show }) => {
    await waitFor(() => equal(current().isSavingCard, true));
    show(null);
    equal(current().isSavingCard, false);
    show("user-1");
    saved.reject(new Error("No answer."));
    await waitFor(() => equal(current().isSavingCard, false));
    await waitFor(() => deepEqual([cardOf(current()), current().changeError], [null, null]));
    equal(globalThis.location.href, "https://app.test/shop");
  });
  equal(waits.every((hadCard) => hadCard === true), true);
});

Deno.test("a refused change is an error, and the state is read again", async () => {
  const facts = { code: "validation_error", message: "No.", status: 400, retryable: false };
  const refusal = new FarthingError(facts as ConstructorParameters<typeof FarthingError>[0]);
  const { farthing } = topUps(refusal);
  await withHook(useAutoTopUp, { farthing }, async ({ current, show }) => {
    act(() => current().turnOn(TERMS));
    await waitFor(() => equal(current().changeError, refusal));
    await waitFor(() => equal(stateOf(current()), "off"));
    show("user-2");
    await waitFor(() => equal(current().changeError, null)); // The error is not this user's.
  });
});

/**
 * Checks what the hooks show before and after a top-up, which brings the balance to 100. `first`
 * holds the top-up settings before it, and `charged` holds the settings after it.
 */
async function isToppedUp(first: Partial<TopUps>, charged: Partial<TopUps>): Promise<void> {
  let isCharged = false;
  const farthing = fake({
    topUps: { get: () => Promise.resolve((isCharged ? charged : first) as TopUps) },
    credits: { get: () => Promise.resolve({ available: isCharged ? "100" : "1" } as never) },
  });
  const hooks = () => ({ credits: useCredits(), topUps: useAutoTopUp() });
  await withHook(hooks, { farthing }, async ({ current }) => {
    const shown = () => [stateOf(current().topUps), current().credits.text];
    await waitFor(() => deepEqual(shown(), [first.state, "1"]));
    isCharged = true;
    await waitFor(() => deepEqual(shown(), ["on", "100"]), { timeout: 5_000 });
  });
}

const CHARGE = { order_id: "order-1", status: "processing" } as TopUps["charges"][number];
const PAID = { ...CHARGE, status: "paid" };

Deno.test("a charge that is under way is read again, and then the balance", async () => {
  await isToppedUp(
    { state: "charging", pending_charge: CHARGE, charges: [CHARGE], threshold: "10" },
    { state: "on", pending_charge: null, charges: [PAID], threshold: "10" },
  );
});

Deno.test("a due charge is awaited, also if it begins and ends between two reads", async () => {
  await isToppedUp(
    { state: "on", pending_charge: null, charges: [], threshold: "10" },
    { state: "on", pending_charge: null, charges: [PAID], threshold: "10" },
  );
});
