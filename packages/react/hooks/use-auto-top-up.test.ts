import { deepEqual, equal } from "node:assert/strict";
import { FarthingError, type TopUps } from "@farthing/client";
import { act, fake, visit, waitFor, withHook } from "../testing/page.tsx";
import { useAutoTopUp } from "./use-auto-top-up.ts";

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
    deepEqual(changes, [{ success_url: address, cancel_url: address }]);
  });
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
    await waitFor(() => equal(current().changeError, null)); // It is not this user's.
  });
});
