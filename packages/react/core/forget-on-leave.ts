/** Forgets a change with its user, so that the next user does not see its result or its error. */
"use client";
import { useEffect } from "react";

/** Calls `forget` when the user has changed, and when the component is removed. */
export function useForgetOnLeave(userId: string | null | undefined, forget: () => void): void {
  useEffect(() => forget, [userId, forget]);
}
