import { deepEqual, equal } from "node:assert/strict";
import { FarthingError, type Package } from "@farthing/client";
import { act, fake, waitFor, withHook } from "../testing/page.tsx";
import { usePackages } from "./use-packages.ts";

const sold = [{ slug: "starter", amount: 1000, currency: "usd" }] as Package[];

Deno.test("a visitor sees the packages on sale", async () => {
  const farthing = fake({ packages: (() => Promise.resolve(sold)) as never });
  for (const userId of [null, "user-1"]) {
    await withHook(usePackages, { farthing, userId }, async ({ current }) => {
      equal(current().status, "loading");
      await waitFor(() => deepEqual(current(), { status: "ready", data: sold }));
    });
  }
});

Deno.test("packages that can't be read are unknown, and can be read again", async () => {
  const facts = { code: "not_ready", message: "Later.", status: 503, retryable: true } as const;
  // This flag decides which read fails. The number of reads could not decide that, because in
  // strict mode React 18 mounts the hook twice, and each mount reads.
  let isDown = true;
  const packages = () => isDown ? Promise.reject(new FarthingError(facts)) : Promise.resolve(sold);
  const farthing = fake({ packages: packages as never });
  await withHook(usePackages, { farthing, userId: null }, async ({ current }) => {
    await waitFor(() => equal(current().status, "unknown"));
    const state = current();
    if (state.status !== "unknown") throw new Error(state.status);
    equal(state.error.code, "not_ready");
    isDown = false;
    act(state.retry);
    await waitFor(() => equal(current().status, "ready"));
  });
});
