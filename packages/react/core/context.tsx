/** The client, the signed-in user and the user's purchase, for all hooks in `FarthingProvider`. */
"use client";
import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from "react";
import type { Farthing } from "@farthing/client";
import { cardInAddress, orderInAddress, type SavedCard } from "./return-address.ts";

export interface FarthingContext {
  readonly farthing: Farthing;
  /** Undefined until the session is known, null if nobody is signed in. */
  readonly userId: string | null | undefined;
  /** The order that the user is paying; null if there is none. */
  readonly orderId: string | null;
  readonly followOrder: (orderId: string | null) => void;
  /** The card that the user has saved just now on Stripe's page; null if there is none. */
  readonly savedCard: SavedCard | null;
  readonly forgetCard: () => void;
}

export interface UserProps {
  readonly farthing: Farthing;
  /**
   * The id of the signed-in user. The hooks store what they read under this id, so that no user
   * sees another's data. Undefined until the session is known, null if nobody is signed in.
   */
  readonly userId: string | null | undefined;
  readonly children?: ReactNode;
}

const Context = createContext<FarthingContext | null>(null);

/**
 * Gives the hooks a client and the signed-in user. Also renders on a server, but reads nothing
 * there.
 */
export function UserProvider({ farthing, userId, children }: UserProps) {
  const [order, setOrder] = useState<{ id: string | null; of: string } | null>(null);
  const [saved, setSaved] = useState<{ card: SavedCard; of: string } | null>(null);
  useEffect(() => {
    if (!userId) return;
    const id = orderInAddress();
    if (id !== null) setOrder({ id, of: userId });
    const card = cardInAddress();
    if (card !== null) setSaved({ card, of: userId });
  }, [userId]);
  const savedCard = saved !== null && saved.of === userId ? saved.card : null;
  const orderId = order !== null && order.of === userId ? order.id : null;
  const value = useMemo<FarthingContext>(() => ({
    farthing,
    userId,
    orderId,
    savedCard,
    forgetCard: () => setSaved(null),
    followOrder: (id) => setOrder(userId ? { id, of: userId } : null),
  }), [farthing, userId, orderId, savedCard]);
  return <Context.Provider value={value}>{children}</Context.Provider>;
}

/** @throws Error outside a `FarthingProvider` */
export function useFarthingContext(): FarthingContext {
  const value = useContext(Context);
  if (value === null) throw new Error("This hook needs a <FarthingProvider>. Wrap the app in it.");
  return value;
}

/** Returns the client of the `FarthingProvider`, for calls without a hook. */
export const useFarthing = (): Farthing => useFarthingContext().farthing;

/**
 * Returns the id of the signed-in user: undefined until the session is known, null if nobody is
 * signed in.
 */
export const useUserId = (): string | null | undefined => useFarthingContext().userId;
