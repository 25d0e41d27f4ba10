import { useRef } from "react";
import { useMutation, type UseMutationResult, useQueryClient } from "@tanstack/react-query";
import {
  type Changed,
  FarthingError,
  type Input,
  type PathOf,
  type Result,
} from "@farthing/client";
import { farthingKey, useFarthing, useUserId } from "@farthing/react";
import { ONCE } from "./use-read.ts";

export interface Change<In, Out> {
  readonly run: (input: In, then?: { readonly onDone: (result: Out) => void }) => void;
  /** Repeats the last run with the same input, if that run has failed. */
  readonly repeat: () => void;
  readonly state: "idle" | "busy" | "done" | "failed";
  readonly error: Error | null;
  readonly result: Out | undefined;
  readonly reset: () => void;
}

interface ChangeOptions {
  /**
   * Says when the data of all pages is read again. `on reset` waits until the user has closed the
   * result, because the new list may lack the row that shows the result. `never` is for dry runs.
   */
  readonly readsAgain?: "at once" | "on reset" | "never";
}

/**
 * The Idempotency-Key of the last attempt. It is set while the attempt waits for a second factor,
 * and if the attempt's outcome is unknown.
 */
interface Open {
  readonly body: string;
  readonly idempotencyKey: string;
}

/** Whether an operator's change was refused because the session has no second factor. */
export const isMfaRequired = (error: Error | null): boolean =>
  error instanceof FarthingError && error.code === "mfa_required";

/** Whether the change may have been made although the call failed, as after a lost response. */
export const isUncertain = (error: Error | null): boolean =>
  (error as { readonly isUncertain?: unknown } | null)?.isUncertain === true;

/** Converts a TanStack mutation to a `Change`. */
export function changeOf<In, Out>(mutation: UseMutationResult<Out, Error, In>): Change<In, Out> {
  const { status, error, data, variables, mutate, reset } = mutation;
  return {
    run: (input, then) => {
      if (status !== "pending") mutate(input, then === undefined ? {} : { onSuccess: then.onDone });
    },
    repeat: () => {
      if (status === "error") mutate(variables);
    },
    state: ({ idle: "idle", pending: "busy", success: "done", error: "failed" } as const)[status],
    error,
    result: data,
    reset,
  };
}

/**
 * Calls a route that changes something, and reads the data of all pages again when `readsAgain`
 * says so. If a failed call may have made the change, a repeated call has the same Idempotency-Key,
 * so that the change is made only once.
 */
export function useChange<M extends "post" | "delete", P extends PathOf<M>>(
  method: M,
  path: P,
  { readsAgain = "at once" }: ChangeOptions = {},
): Change<Input<M, P>, Changed<Result<M, P>>> {
  const farthing = useFarthing();
  const userId = useUserId() ?? "";
  const queries = useQueryClient();
  const open = useRef<Open | null>(null);
  const readAgain = () => void queries.invalidateQueries({ queryKey: farthingKey(userId) });
  const mutation = useMutation({
    ...ONCE,
    mutationFn: async (input: Input<M, P>) => {
      const body = JSON.stringify(input);
      const same = open.current?.body === body ? open.current : null;
      const call = { signedInAs: userId, ...same && { idempotencyKey: same.idempotencyKey } };
      try {
        const result = await farthing.change(method, path, input, call);
        open.current = null;
        return result;
      } catch (error) {
        const isOpen = error instanceof FarthingError && error.idempotencyKey &&
          (error.isUncertain || isMfaRequired(error));
        open.current = isOpen ? { body, idempotencyKey: error.idempotencyKey! } : null;
        throw error;
      }
    },
    onSuccess: () => {
      if (readsAgain === "at once") readAgain();
    },
  });
  const change = changeOf(mutation);
  const { status } = mutation;
  return {
    ...change,
    reset: () => {
      // A running change is not reset: a second change could then begin with a new key. A running
      // dry run may be reset, because it changes nothing.
      if (status === "pending" && readsAgain !== "never") return;
      change.reset();
      if (readsAgain === "on reset" && status === "success") readAgain();
    },
  };
}
