/** The second factors of the person who is signed in, as the project's Auth stores them. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { Factor } from "@supabase/auth-js";
import { type Reading, readingOf } from "@farthing/react";
import type { Auth } from "../session/auth.ts";
import { useSignedIn } from "../session/context.tsx";
import { type Change, changeOf } from "./use-change.ts";
import { ONCE } from "./use-read.ts";

/** A verified authenticator app. */
export type Authenticator = Pick<Factor, "id" | "friendly_name" | "created_at">;

const keyOf = (userId: string) => ["factors", userId];

/** Returns the data of an answer of Auth. */
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

/** Answers with a code of an authenticator. The session then has the second factor. */
export function useVerify(): Change<Answer, unknown> {
  const { auth } = useSignedIn();
  return changeOf(useMutation({
    ...ONCE,
    mutationFn: async (answer: Answer) => dataOf(await auth.mfa.challengeAndVerify(answer)),
  }));
}

/** A factor that counts once a first code of it was verified. */
export interface Enrolment {
  readonly id: string;
  readonly qrCode: string;
  readonly secret: string;
}

async function enrol(auth: Auth, friendlyName: string): Promise<Enrolment> {
  const { all } = dataOf(await auth.mfa.listFactors());
  // An unfinished enrolment would occupy its name.
  for (const { id, status } of all) {
    if (status === "unverified") dataOf(await auth.mfa.unenroll({ factorId: id }));
  }
  const issuer = `Farthing ${location.hostname}`;
  const { id, totp } = dataOf(
    await auth.mfa.enroll({ factorType: "totp", friendlyName, issuer }),
  );
  return { id, qrCode: totp.qr_code, secret: totp.secret };
}

export function useEnrol(): Change<string, Enrolment> {
  const { auth } = useSignedIn();
  return changeOf(useMutation({ ...ONCE, mutationFn: (name: string) => enrol(auth, name) }));
}

/** Removes an authenticator, and with it the second factor of this session. */
export function useRemove(): Change<string, string> {
  const { auth } = useSignedIn();
  const readAgain = useReadFactorsAgain();
  const mutation = useMutation({
    ...ONCE,
    mutationFn: async (factorId: string) => {
      const { id } = dataOf(await auth.mfa.unenroll({ factorId }));
      dataOf(await auth.refreshSession());
      return id;
    },
  });
  const change = changeOf(mutation);
  return {
    ...change,
    reset: () => {
      change.reset();
      if (mutation.isSuccess) readAgain();
    },
  };
}
