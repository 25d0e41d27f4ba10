/** Calls an idempotent database function, and stores refusals that the request itself caused. */
import type {
  ArgsOf,
  IdempotentName,
  ResultOf,
  StoredDataOf,
} from "../../contracts/database/functions.ts";
import type { Reply } from "../reply/reply.ts";
import type { Idempotency } from "./hashed-key.ts";
import { type KeyedCall, storeRefusal } from "./stored-refusals.ts";

type ArgsWithoutKey<N extends IdempotentName> = Omit<ArgsOf<N>, keyof Idempotency["args"]>;

/** Returns the user in the database function's arguments; undefined if there is none. */
function userOf(args: object): string | undefined {
  return "p_user_id" in args && typeof args.p_user_id === "string" ? args.p_user_id : undefined;
}

/**
 * Calls the database function and returns its response as a reply. A stored response is marked
 * `replayed`.
 */
export async function idempotent<N extends IdempotentName>(
  call: KeyedCall,
  name: N,
  args: ArgsWithoutKey<N>,
): Promise<Reply<StoredDataOf<N>>> {
  try {
    const keyed = { ...args, ...call.idempotency.args } as ArgsOf<N>;
    const answer: ResultOf<N> = await call.services.database.rpc(name, keyed);
    // If the status is 400 or more, `data` is an error body. renderReply recognises it by the status.
    return { ...answer, data: answer.data as StoredDataOf<N> };
  } catch (error) {
    await storeRefusal(call, error, userOf(args));
    throw error;
  }
}
