import { useQuery } from "@tanstack/react-query";
import type { Package } from "@farthing/client";
import { useFarthing } from "@farthing/react";

/** Reads the packages on sale, which are the same for each visitor. */
export function usePackages() {
  const farthing = useFarthing();
  return useQuery({
    queryKey: ["farthing", "packages"],
    queryFn: ({ signal }) => farthing.packages({ signal, timeoutMs: 20_000 }),
    retry: false, // The client repeats its calls itself.
    networkMode: "always",
    throwOnError: false, // The block shows the error.
  });
}

/** Returns the price in a currency, else the first price. */
export function priceOf(sold: Package, currency: string | undefined) {
  return sold.prices.find((price) => price.currency === currency) ??
    { amount: sold.amount, currency: sold.currency };
}
