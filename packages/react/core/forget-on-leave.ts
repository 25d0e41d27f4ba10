/** The state of a change belongs to the user who asked for it. */
"use client";
import { useEffect } from "react";

/** Calls `forget` when the user has changed, and when the component is removed. */
export function useForgetOnLeave(userId: string | null | undefined, forget: () => void): void {
  useEffect(() => forget, [userId, forget]);
}
