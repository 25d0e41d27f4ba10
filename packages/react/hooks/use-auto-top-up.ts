/** Automatic top-ups: the terms, the saved card, and what the user must do. */
"use client";
import { skipToken, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { CallOptions, Farthing, TopUps, TopUpsRequest } from "@farthing/client";
import { useFarthingContext } from "../core/context.tsx";
import { useForgetOnLeave } from "../core/forget-on-leave.ts";
import { topUpsQuery } from "../core/queries.ts";
import { returnAddress } from "../core/return-address.ts";
import { OWN_CHANGES, type Reading, readingOf } from "../core/state.ts";

/** The terms to which the user consents. */
export type TopUpTerms = Omit<TopUpsRequest, "enabled">;

/**
 * `data.state` says whether top-ups are on. `data.link` is the page on which the user confirms a
 * charge.
 */
export type AutoTopUpState = Reading<TopUps> & {
  readonly turnOn: (terms: TopUpTerms) => void;
  readonly turnOff: () => void;
  /** Goes to Stripe's page, where the user saves a card. Stripe then returns to this page. */
  readonly saveCard: () => void;
  readonly removeCard: () => void;
  readonly isChanging: boolean;
  /** Why the last change failed. */
  readonly changeError: Error | null;
};

type Change = (topUps: Farthing["topUps"], call: CallOptions) => Promise<unknown>;

/** @returns the address of Stripe's page */
async function openCardPage(topUps: Farthing["topUps"], call: CallOptions): Promise<string> {
  const success_url = returnAddress().cancelUrl;
  const { setup_url } = await topUps.saveCard({ success_url, cancel_url: success_url }, call);
  return setup_url;
}

/** Reads and changes the top-ups of the signed-in user. */
export function useAutoTopUp(): AutoTopUpState {
  const { farthing, userId } = useFarthingContext();
  const queries = useQueryClient();
  const options = topUpsQuery(farthing, userId ?? "");
  const query = useQuery(userId ? options : { ...options, queryFn: skipToken });
  const { mutate, reset, isPending, error } = useMutation({
    ...OWN_CHANGES,
    mutationFn: (change: Change) => change(farthing.topUps, { signedInAs: userId ?? undefined }),
    // Also after an error: a change whose answer was lost may have been made.
    onSettled: () => queries.invalidateQueries({ queryKey: options.queryKey }),
  });
  useForgetOnLeave(userId, reset);
  return {
    ...readingOf(userId, query),
    turnOn: (terms) => mutate((topUps, call) => topUps.set({ ...terms, enabled: true }, call)),
    turnOff: () => mutate((topUps, call) => topUps.turnOff(call)),
    // This callback is not called if the component was removed or the user has changed.
    saveCard: () =>
      mutate(openCardPage, { onSuccess: (url) => globalThis.location.assign(url as string) }),
    removeCard: () => mutate((topUps, call) => topUps.removeCard(call)),
    isChanging: isPending,
    changeError: error,
  };
}
