/** The order that the user is paying. */
"use client";
import { skipToken, useQuery } from "@tanstack/react-query";
import type { FarthingContext } from "../core/context.tsx";
import { isOpen, orderQuery } from "../core/queries.ts";

/** Follows the order of the `FarthingProvider`, if there is one. */
export function useOrder({ farthing, userId, orderId }: FarthingContext) {
  const isOn = typeof userId === "string" && orderId !== null;
  const options = orderQuery(farthing, userId ?? "", orderId ?? "");
  const query = useQuery(isOn ? options : { ...options, queryFn: skipToken });
  // An order that has ended does not change. So a later read does not make it open again, and an
  // error of that read is not shown.
  const hasEnded = query.data !== undefined && !isOpen(query.data.order);
  const isFollowed = isOn && !hasEnded && (query.isFetching || query.error === null);
  return { ...query, error: hasEnded ? null : query.error, hasEnded, isFollowed };
}
