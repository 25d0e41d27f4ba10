/** Automatic top-ups: the terms, the saved card, and what the user must do. */
"use client";
import { skipToken, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { CallOptions, Farthing, FarthingError, TopUps, TopUpsRequest } from "@farthing/client";
import { useEffect } from "react";
import { type FarthingContext, useFarthingContext } from "../core/context.tsx";
import { useForgetOnLeave } from "../core/forget-on-leave.ts";
import { creditsQuery, openCharge, savedCardQuery, topUpsQuery } from "../core/queries.ts";
import { cardReturnAddress, forgetReturn } from "../core/return-address.ts";
import { whileOpen } from "../core/refetch-interval.ts";
import { errorOrNull, type Reading, readingOf } from "../core/reading-state.ts";
import { OWN_CHANGES } from "../core/query-options.ts";

/** The terms of top-ups, to which the user consents. */
export type TopUpTerms = Omit<TopUpsRequest, "enabled">;

/**
 * `data.state` says whether top-ups are on. `data.link` is the page on which the user confirms the
 * charge of a top-up.
 */
export type AutoTopUpState = Reading<TopUps> & {
  readonly turnOn: (terms: TopUpTerms) => void;
  readonly turnOff: () => void;
  /**
   * Goes to Stripe's page, where the user saves a card. Stripe then sends the user back to this
   * page.
   */
  readonly saveCard: () => void;
  readonly removeCard: () => void;
  /**
   * Whether the user has saved a card on Stripe's page, and the service does not know it yet.
   * Stripe reports the card only after the user's return.
   */
  readonly isSavingCard: boolean;
  readonly isChanging: boolean;
  /** Why the last change failed. */
  readonly changeError: FarthingError | null;
};

type Change = (topUps: Farthing["topUps"], call: CallOptions) => Promise<unknown>;

/**
 * @returns a function that creates Stripe's page for saving a card and returns the page's address
 */
function openCardPage(hasCard: boolean): Change {
  return async (topUps, call) => {
    const { successUrl, cancelUrl } = cardReturnAddress(hasCard ? "other" : "first");
    const urls = { success_url: successUrl, cancel_url: cancelUrl };
    const { setup_url } = await topUps.saveCard(urls, call);
    return setup_url;
  };
}

/** Waits for the card that the user has just saved. Returns true while it is waiting. */
function useSavedCard({ farthing, userId, savedCard, forgetCard }: FarthingContext): boolean {
  const isOn = typeof userId === "string" && savedCard !== null;
  const options = savedCardQuery(farthing, userId ?? "", savedCard ?? "first");
  const { isFetched, isFetching } = useQuery(isOn ? options : { ...options, queryFn: skipToken });
  const hasEnded = isOn && isFetched && !isFetching;
  useEffect(() => {
    if (!hasEnded) return;
    forgetReturn();
    forgetCard();
  }, [hasEnded, forgetCard]);
  return isOn && !hasEnded;
}

/**
 * Polls while a top-up is under way, and also while one is due, because the top-up begins a moment
 * after the balance has fallen below the threshold.
 */
const whileDueOrCharging = whileOpen<TopUps, string>((topUps, available) => {
  const isDue = topUps.state === "on" && Number(available) < Number(topUps.threshold);
  return isDue ? `due at ${available}` : openCharge(topUps);
});

/** Returns the available credits if another hook has read them. Never reads them itself. */
function useKnownCredits({ farthing, userId }: FarthingContext): string | undefined {
  // Do not use `skipToken` here: it would replace the query function of the hooks that do read the
  // balance.
  const options = creditsQuery(farthing, userId ?? "");
  return useQuery({ ...options, enabled: false, refetchInterval: false }).data?.available;
}

/** Reads and changes the top-up settings of the signed-in user. */
export function useAutoTopUp(): AutoTopUpState {
  const context = useFarthingContext();
  const { farthing, userId } = context;
  const queries = useQueryClient();
  const available = useKnownCredits(context);
  const options = {
    ...topUpsQuery(farthing, userId ?? ""),
    refetchInterval: (query: Parameters<typeof whileDueOrCharging>[0]) =>
      whileDueOrCharging(query, available),
  };
  const query = useQuery(userId ? options : { ...options, queryFn: skipToken });
  const { mutate, reset, isPending, error } = useMutation({
    ...OWN_CHANGES,
    mutationFn: (change: Change) => change(farthing.topUps, { signedInAs: userId ?? undefined }),
    // Reads the top-up settings again after an error, too, because the change may have been made
    // although its response was lost.
    onSettled: () => queries.invalidateQueries({ queryKey: options.queryKey }),
  });
  useForgetOnLeave(userId, reset);
  const isSavingCard = useSavedCard(context);
  const hasCard = query.data !== undefined && query.data.card !== null;
  return {
    ...readingOf(userId, query),
    turnOn: (terms) => mutate((topUps, call) => topUps.set({ ...terms, enabled: true }, call)),
    turnOff: () => mutate((topUps, call) => topUps.turnOff(call)),
    // This callback is not called if the component was removed or the user has changed.
    saveCard: () =>
      mutate(openCardPage(hasCard), {
        onSuccess: (url) => globalThis.location.assign(url as string),
      }),
    removeCard: () => mutate((topUps, call) => topUps.removeCard(call)),
    isSavingCard,
    isChanging: isPending,
    changeError: errorOrNull(error),
  };
}
