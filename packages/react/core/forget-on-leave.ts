/**
 * Forgets the result and the error of a mutation when its user signs out or another user signs in,
 * so that the next user sees neither.
 */
"use client";
import { useEffect } from "react";

/** Calls `forget` when the user has changed, and when the component is removed. */
export function useForgetOnLeave(userId: string | null | undefined, forget: () => void): void {
  useEffect(() => forget, [userId, forget]);
}
