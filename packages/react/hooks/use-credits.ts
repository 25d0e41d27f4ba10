/** The balance, or why it is not known. */
"use client";
import { skipToken, useQuery } from "@tanstack/react-query";
import type { CurrentBalance, Order } from "@farthing/client";
import { useFarthingContext } from "../core/context.tsx";
import { creditsQuery } from "../core/queries.ts";
import { type Reading, readingOf } from "../core/reading-state.ts";
import { useOrder } from "./use-order.ts";

/** The page follows an order whose credits are not granted yet. */
export interface Paying {
  readonly status: "paying";
  /** Undefined until it has been read. */
  readonly order: Order | undefined;
}

/**
 * `text` describes the state in English: the available credits, or for example "paying…" or
 * "unknown".
 */
export type CreditsState = (Reading<CurrentBalance> | Paying) & { readonly text: string };

function textOf(state: Reading<CurrentBalance> | Paying): string {
  switch (state.status) {
    case "ready":
      return state.data.available;
    case "paying":
      return "paying…";
    case "unknown":
      return "unknown";
    case "signed_out":
      return "Sign in required";
    case "loading":
      return "…";
  }
}

/**
 * Reads the balance of the signed-in user. If the balance could not be read, the status is
 * `unknown`, and the balance is never shown as 0. After a purchase the status is `paying` until the
 * credits are granted.
 */
export function useCredits(): CreditsState {
  const context = useFarthingContext();
  const { farthing, userId } = context;
  const order = useOrder(context);
  const options = creditsQuery(farthing, userId ?? "");
  const query = useQuery(userId ? options : { ...options, queryFn: skipToken });
  const reading = readingOf(userId, query);
  const isPaying = order.isFollowed && reading.status !== "signed_out";
  const state = isPaying ? { status: "paying", order: order.data?.order } as const : reading;
  return { ...state, text: textOf(state) };
}
