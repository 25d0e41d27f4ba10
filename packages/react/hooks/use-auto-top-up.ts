/** Automatic top-ups: the terms, the saved card, and what needs the user. */
"use client";
import { skipToken, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { Farthing, TopUps, TopUpsRequest } from "@farthing/client";
import { useFarthingContext } from "../core/context.tsx";
import { topUpsQuery } from "../core/queries.ts";
import { returnAddress } from "../core/return-address.ts";
import { type Reading, readingOf } from "../core/state.ts";

/** The terms to which the user consents. */
export type TopUpTerms = Omit<TopUpsRequest, "enabled">;

/** `data.state` says whether top-ups are on, and `data.link` where the user confirms a charge. */
export type AutoTopUpState = Reading<TopUps> & {
  readonly turnOn: (terms: TopUpTerms) => void;
  readonly turnOff: () => void;
  /** Leaves for Stripe's page, on which the user saves a card, and returns here. */
  readonly saveCard: () => void;
  readonly removeCard: () => void;
  readonly isChanging: boolean;
  /** Why the last change failed. */
  readonly changeError: Error | null;
};

type Change = (farthing: Farthing) => Promise<unknown>;

async function leaveForCardPage(farthing: Farthing): Promise<void> {
  const success_url = returnAddress().cancelUrl;
  const { setup_url } = await farthing.topUps.saveCard({ success_url, cancel_url: success_url });
  globalThis.location.assign(setup_url);
}

/** Reads and changes the top-ups of the signed-in user. */
export function useAutoTopUp(): AutoTopUpState {
  const { farthing, userId } = useFarthingContext();
  const queries = useQueryClient();
  const options = topUpsQuery(farthing, userId ?? "");
  const query = useQuery(userId ? options : { ...options, queryFn: skipToken });
  const { mutate, isPending, error } = useMutation({
    networkMode: "always",
    mutationFn: (change: Change) => change(farthing),
    // A change whose answer was lost may have been made.
    onSettled: () => queries.invalidateQueries({ queryKey: options.queryKey }),
  });
  return {
    ...readingOf(userId, query),
    turnOn: (terms) => mutate(({ topUps }) => topUps.set({ ...terms, enabled: true })),
    turnOff: () => mutate(({ topUps }) => topUps.turnOff()),
    saveCard: () => mutate(leaveForCardPage),
    removeCard: () => mutate(({ topUps }) => topUps.removeCard()),
    isChanging: isPending,
    changeError: error,
  };
}
