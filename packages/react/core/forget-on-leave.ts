/**
 * Forgets a change when its user leaves, so that the next user sees neither its result nor its
 * error.
 */
"use client";
import { useEffect } from "react";

/** Calls `forget` when the user has changed, and when the component is removed. */
export function useForgetOnLeave(userId: string | null | undefined, forget: () => void): void {
  useEffect(() => forget, [userId, forget]);
}
