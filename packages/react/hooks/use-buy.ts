/** A purchase, from the click to the granted credits. */
"use client";
import { useEffect, useRef } from "react";
import { useMutation } from "@tanstack/react-query";
import { type BuyOptions, FarthingError, type Order } from "@farthing/client";
import { useFarthingContext } from "../core/context.tsx";
import { useForgetOnLeave } from "../core/forget-on-leave.ts";
import { forgetReturn, returnAddress } from "../core/return-address.ts";
import { errorOrNull, isSignedOut } from "../core/reading-state.ts";
import { OWN_CHANGES } from "../core/query-options.ts";
import { useOrder } from "./use-order.ts";

export interface Purchase extends Pick<BuyOptions, "currency" | "cancelUrl"> {
  /**
   * The URL to which the buyer returns; this page by default. The hooks follow the order only if
   * the URL's query contains `farthing_order={ORDER_ID}`.
   */
  readonly successUrl?: string | undefined;
  /** The slug or id of the package. */
  readonly package: string;
  /**
   * Opens the checkout in another window. Without this function, the checkout opens in this window.
   */
  readonly open?: ((checkoutUrl: string) => void) | undefined;
}

/**
 * `opening`: the checkout is being created. `leaving`: the browser goes to Stripe's page. `paying`:
 * the order is followed until it is `paid`, `failed` or `expired`. `unknown`: the order is still
 * open, or could not be read. `error`: the checkout could not be opened.
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
  readonly error: FarthingError | null;
  readonly buy: (purchase: Purchase) => void;
  /** Follows the order again, after `unknown`. */
  readonly retry: () => void;
  /** Forgets the order and any error. */
  readonly reset: () => void;
}

const isEnd = (status: string) => status === "failed" || status === "expired";

/**
 * Resets the hook when the buyer goes back from Stripe's page, if the browser then restores this
 * page from its cache instead of loading it again.
 */
function useReset(reset: () => void): void {
  useEffect(() => {
    const restored = (event: Event) => {
      if ("persisted" in event && event.persisted === true) reset();
    };
    globalThis.addEventListener("pageshow", restored);
    return () => globalThis.removeEventListener("pageshow", restored);
  }, [reset]);
}

/** Whether the error means that the order in the address is not this user's. */
const isForeign = (error: unknown) =>
  error instanceof FarthingError && (error.status === 404 || error.status === 400);

/**
 * Sells a package. After the payment, Stripe sends the buyer back to this page, and the hook
 * follows the order.
 */
export function useBuy(): BuyState {
  const context = useFarthingContext();
  const { farthing, userId, orderId, followOrder } = context;
  const order = useOrder(context);
  const isOpening = useRef(false);
  const { mutate, reset, ...opening } = useMutation({
    ...OWN_CHANGES,
    mutationFn: ({ package: slug, open: _, ...given }: Purchase) => {
      const call = { ...returnAddress(), ...given, signedInAs: userId ?? undefined };
      return farthing.buy(slug, call).finally(() => isOpening.current = false);
    },
  });
  useReset(reset);
  useForgetOnLeave(userId, reset);
  const buy = (purchase: Purchase) => {
    if (isOpening.current) return; // The user has clicked twice.
    isOpening.current = true;
    mutate(purchase, {
      // This callback is not called if the component was removed or the user has changed.
      onSuccess: ({ order_id, checkout_url }) => {
        if (purchase.open === undefined) return globalThis.location.assign(checkout_url);
        followOrder(order_id);
        purchase.open(checkout_url);
      },
    });
  };
  const isUnowned = !order.isFollowed && isForeign(order.error);
  const isOver = order.hasEnded || isUnowned;
  useEffect(() => {
    if (isOver) forgetReturn();
  }, [isOver]);
  const status = (): BuyState["status"] => {
    if (userId === null || isSignedOut(opening.error ?? order.error)) return "signed_out";
    if (opening.isPending) return "opening";
    if (opening.isError) return "error";
    if (order.isFollowed) return "paying";
    if (orderId === null || isUnowned) return opening.isSuccess ? "leaving" : "idle";
    if (order.error !== null || order.data === undefined) return "unknown";
    return isEnd(order.data.order.status) ? order.data.order.status as "failed" : "paid";
  };
  return {
    status: status(),
    order: order.data?.order,
    error: errorOrNull(opening.error ?? (isUnowned ? null : order.error)),
    buy,
    retry: () => void order.refetch(),
    reset: () => {
      reset();
      followOrder(null);
      forgetReturn();
    },
  };
}
