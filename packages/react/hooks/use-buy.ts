/** A purchase, from the click to the granted credits. */
"use client";
import { useEffect } from "react";
import { useMutation } from "@tanstack/react-query";
import type { BuyOptions, Order } from "@farthing/client";
import { useFarthingContext } from "../core/context.tsx";
import { forgetOrderInAddress, returnAddress } from "../core/return-address.ts";
import { isSignedOut } from "../core/state.ts";
import { useOrder } from "./use-order.ts";

export interface Purchase extends Pick<BuyOptions, "currency" | "successUrl" | "cancelUrl"> {
  /** The slug or id of the package. */
  readonly package: string;
  /** Opens the checkout in another window. Without it, this page goes there. */
  readonly open?: ((checkoutUrl: string) => void) | undefined;
}

/**
 * `opening`: the checkout is made; `leaving`: this page goes to Stripe's. `paying`: the order is
 * followed, until it is `paid`, `failed` or `expired`. `unknown`: the order is still open, or could
 * not be read. `error`: the checkout was refused.
 */
export interface BuyState {
  readonly status:
    | "idle"
    | "signed_out"
    | "opening"
    | "leaving"
    | "paying"
    | "paid"
    | "failed"
    | "expired"
    | "unknown"
    | "error";
  readonly order: Order | undefined;
  readonly error: Error | null;
  readonly buy: (purchase: Purchase) => void;
  /** Looks at the order again, after `unknown`. */
  readonly retry: () => void;
  /** Forgets the order, and an error. */
  readonly reset: () => void;
}

const isEnd = (status: string) => status === "failed" || status === "expired";

/** Resets a page that the browser restores when the buyer goes back from Stripe's page. */
function useReset(reset: () => void): void {
  useEffect(() => {
    const restored = (event: Event) => {
      if ("persisted" in event && event.persisted === true) reset();
    };
    globalThis.addEventListener("pageshow", restored);
    return () => globalThis.removeEventListener("pageshow", restored);
  }, [reset]);
}

/** Sells a package. After the payment, Stripe returns to this page, which follows the order. */
export function useBuy(): BuyState {
  const context = useFarthingContext();
  const { farthing, userId, orderId, followOrder } = context;
  const order = useOrder(context);
  const { mutate, reset, ...opening } = useMutation({
    networkMode: "always",
    mutationFn: async ({ package: slug, open, ...given }: Purchase) => {
      const checkout = await farthing.buy(slug, { ...returnAddress(), ...given });
      return { checkout, open };
    },
    onSuccess: ({ checkout, open }) => {
      if (open === undefined) return globalThis.location.assign(checkout.checkout_url);
      followOrder(checkout.order_id);
      open(checkout.checkout_url);
    },
  });
  useReset(reset);
  const hasEnded = order.data !== undefined && !order.isFollowed && order.error === null;
  useEffect(() => {
    if (hasEnded) forgetOrderInAddress();
  }, [hasEnded]);
  const status = (): BuyState["status"] => {
    if (userId === null || isSignedOut(opening.error ?? order.error)) return "signed_out";
    if (opening.isPending) return "opening";
    if (opening.isError) return "error";
    if (order.isFollowed) return "paying";
    if (orderId === null) return opening.isSuccess ? "leaving" : "idle";
    if (order.error !== null || order.data === undefined) return "unknown";
    return isEnd(order.data.order.status) ? order.data.order.status as "failed" : "paid";
  };
  return {
    status: status(),
    order: order.data?.order,
    error: opening.error ?? order.error,
    buy: mutate,
    retry: () => void order.refetch(),
    reset: () => {
      reset();
      followOrder(null);
      forgetOrderInAddress();
    },
  };
}
