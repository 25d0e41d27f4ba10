/**
 * Forgets a mutation's result and error when the user who began it signs out or another user signs
 * in. So the next user sees neither.
 */
"use client";
import { useEffect } from "react";

/** Calls `forget` when the signed-in user has changed, and when the component is removed. */
export function useForgetOnLeave(userId: string | null | undefined, forget: () => void): void {
  useEffect(() => forget, [userId, forget]);
}
