/** The block `pricing-table` without a browser, when its prices are refused or unknown. */
import { equal } from "node:assert/strict";
import { FarthingError, type Package } from "@farthing/client";
import { PricingTable } from "../../../registry/pricing-table/pricing-table.tsx";
import { fireEvent, withBlock } from "./page.tsx";

const STARTER = {
  ...{ id: "p1", slug: "starter", name: "Starter", description: null, highlight: false },
  ...{ credits: "9990", bonus_credits: "0", total_credits: "9990", amount: 999, currency: "usd" },
  prices: [{ amount: 999, currency: "usd" }],
} as unknown as Package;

const refusal = (code: "unauthenticated" | "internal", status: number) =>
  new FarthingError({ code, message: `It is ${code}.`, status, retryable: false });

/** Makes a client that answers each read of the packages with `service.answer`. */
function selling(answer: Package[] | FarthingError) {
  const service = { answer };
  const packages = () =>
    service.answer instanceof Error
      ? Promise.reject(service.answer)
      : Promise.resolve(service.answer);
  return { service, farthing: { packages: packages as never } };
}

Deno.test("the price list says that a refused session needs a sign-in", async () => {
  const { farthing } = selling(refusal("unauthenticated", 401));
  await withBlock(<PricingTable />, { farthing }, async (page) => {
    await page.findByText("Sign in required");
    equal(page.queryByText("It is unauthenticated."), null);
  });
});

Deno.test("the price list offers to read unknown prices again", async () => {
  const { service, farthing } = selling(refusal("internal", 500));
  await withBlock(<PricingTable />, { farthing }, async (page) => {
    await page.findByText("It is internal.");
    service.answer = [STARTER];
    fireEvent.click(page.getByText("Try again"));
    await page.findByText("$9.99");
  });
});
