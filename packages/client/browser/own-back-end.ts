/** Calls the app's own back end, which identifies the user by the session's token. */
import { attemptOnce, type Call, credentialsOf, ofSession } from "../core/attempt.ts";
import type { Connection } from "../core/connection.ts";
import { FarthingError } from "../core/farthing-error.ts";

export interface OwnRequest extends RequestInit {
  /** The id of the user for whom the call is made, as in the options of every other call. */
  readonly signedInAs?: string | undefined;
}

/**
 * Makes one attempt, and a second one if the back end answers 401 and the session could be
 * refreshed. No other failure is retried, because only the app knows whether its work may be done
 * twice.
 */
export async function fetchOwn(
  connection: Connection,
  url: string | URL,
  { signedInAs, ...init }: OwnRequest = {},
): Promise<Response> {
  const request = new Request(url, init);
  const call: Call<Response> = {
    ...{ request, key: undefined, isUncertain: false, stop: request.signal },
    read: (response) => Promise.resolve(response),
    pin: { user: signedInAs },
  };
  for (let attempt = 1;; attempt++) {
    const credentials = await credentialsOf(connection, call);
    const { authorization } = credentials; // The back end has no use for the publishable key.
    const answer = await attemptOnce(
      connection,
      call,
      attempt,
      authorization ? { authorization } : {},
    );
    if (!(answer instanceof FarthingError)) return answer.value;
    const mayRenew = answer.status === 401 && authorization !== undefined && attempt === 1;
    if (mayRenew && await ofSession(() => connection.renew(credentials), call)) continue;
    throw answer;
  }
}
