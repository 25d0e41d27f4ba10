/** The second factors of the person who is signed in, as the project's Auth stores them. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type Factor, isAuthRetryableFetchError } from "@supabase/auth-js";
import { type Reading, readingOf } from "@farthing/react";
import type { Auth } from "../session/auth.ts";
import { useSignedIn } from "../session/context.tsx";
import { type Change, changeOf } from "./use-change.ts";
import { ONCE } from "./use-read.ts";

/** A verified authenticator app. */
export type Authenticator = Pick<Factor, "id" | "friendly_name" | "created_at">;

const keyOf = (userId: string) => ["factors", userId];

/** Returns the data of a response of Supabase Auth, or throws the error in the response. */
function dataOf<Data>({ data, error }: { readonly data: Data; readonly error: Error | null }) {
  if (error !== null) throw error;
  return data as NonNullable<Data>;
}

export function useAuthenticators(): Reading<readonly Authenticator[]> {
  const { auth, person: { userId } } = useSignedIn();
  const query = useQuery({
    ...ONCE,
    queryKey: keyOf(userId),
    queryFn: async () => dataOf(await auth.mfa.listFactors()).totp,
  });
  return readingOf(userId, query);
}

/** Reads the authenticators again. */
export function useReadFactorsAgain(): () => void {
  const { person: { userId } } = useSignedIn();
  const queries = useQueryClient();
  return () => void queries.invalidateQueries({ queryKey: keyOf(userId) });
}

interface Answer {
  readonly factorId: string;
  readonly code: string;
}

/**
 * Verifies a code of an authenticator app. After that, the user's session has the second factor.
 */
export function useVerify(): Change<Answer, unknown> {
  const { auth } = useSignedIn();
  return changeOf(useMutation({
    ...ONCE,
    mutationFn: async (answer: Answer) => dataOf(await auth.mfa.challengeAndVerify(answer)),
  }));
}

/** A new factor. It takes effect only when its first code has been verified. */
export interface Enrolment {
  readonly id: string;
  readonly name: string;
  readonly qrCode: string;
  readonly secret: string;
}

async function enrol(auth: Auth, friendlyName: string): Promise<Enrolment> {
  const { all } = dataOf(await auth.mfa.listFactors());
  // Supabase Auth refuses a new enrolment with the same name as an unfinished one, so unfinished
  // enrolments are removed first.
  for (const { id, status } of all) {
    if (status === "unverified") dataOf(await auth.mfa.unenroll({ factorId: id }));
  }
  const issuer = `Farthing ${location.hostname}`;
  const { id, totp } = dataOf(
    await auth.mfa.enroll({ factorType: "totp", friendlyName, issuer }),
  );
  return { id, name: friendlyName, qrCode: totp.qr_code, secret: totp.secret };
}

export function useEnrol(): Change<string, Enrolment> {
  const { auth } = useSignedIn();
  return changeOf(useMutation({ ...ONCE, mutationFn: (name: string) => enrol(auth, name) }));
}

const codeOf = (error: Error): unknown => (error as { code?: unknown }).code;

/**
 * Returns whether a factor is gone.
 * @throws Error if the list of factors can't be read
 */
async function isGone(auth: Auth, factorId: string): Promise<boolean> {
  return !dataOf(await auth.mfa.listFactors()).all.some(({ id }) => id === factorId);
}

/** Removes a factor. If no answer comes, the list of factors shows whether it was removed. */
async function remove(auth: Auth, factorId: string): Promise<string> {
  const { error } = await auth.mfa.unenroll({ factorId });
  if (error === null || codeOf(error) === "mfa_factor_not_found") return factorId;
  if (!isAuthRetryableFetchError(error)) throw error;
  const message =
    "No answer came, so it is not known whether the authenticator app was removed. Try again.";
  const isDone = await isGone(auth, factorId).catch(() => {
    throw Object.assign(new Error(message, { cause: error }), { isUncertain: true });
  });
  if (!isDone) throw error;
  return factorId;
}

/** Removes an authenticator. Each session that was verified with it loses its second factor. */
export function useRemove(): Change<string, string> {
  const { auth } = useSignedIn();
  const readAgain = useReadFactorsAgain();
  const mutation = useMutation({
    ...ONCE,
    mutationFn: (factorId: string) => remove(auth, factorId),
    // Gets a new token, which says whether the session still has a second factor. If this call
    // fails, the next refresh gets such a token.
    onSuccess: () => void auth.refreshSession(),
  });
  const change = changeOf(mutation);
  return {
    ...change,
    reset: () => {
      change.reset();
      // Reads again only after the user has closed the result, because the new list may lack the
      // row that shows the result.
      if (mutation.isSuccess || mutation.isError) readAgain();
    },
  };
}
