/**
 * The calls of the hot path. All compared commits get the same calls. So the calls use only
 * arguments that the functions already have in the oldest of these commits.
 */
import { createRandom } from "@farthing/command-line";
import { userId } from "../load/statement-parameters.ts";
import { createDraw, keyText } from "../load/keys-and-accounts.ts";

export interface Call {
  name: string;
  /** Returns the statement that calls the function in the given schema. */
  statement: (schema: string) => string;
  /** Returns the arguments of one call as texts. `key` returns a new idempotency key each time. */
  values: (user: string, key: () => string) => string[];
}

const ACCOUNTS = 10_000;
const TRACE_ID = "0af7651916cd43dd8448eb211c80319c";
const KEYED = `p_fingerprint => '${"ab".repeat(32)}', p_correlation_id => '${TRACE_ID}'`;

export const EMPTY: Call = {
  name: "an empty statement",
  statement: () => "select 1",
  values: () => [],
};

export const CALLS: Call[] = [
  {
    name: "debit",
    statement: (schema) =>
      `select ${schema}.credits_debit(p_user_id => $1::text::uuid, p_idempotency_key => $2,
        p_amount => '1', p_reason => 'bench', p_reference_id => 'request-12345678', ${KEYED})`,
    values: (user, key) => [user, key()],
  },
  {
    name: "usage charge",
    statement: (schema) =>
      `select ${schema}.usage_charge(p_user_id => $1::text::uuid, p_idempotency_key => $2,
        p_usage => $3::text::jsonb, ${KEYED})`,
    values: (user, key) => {
      const usage = { event_id: key(), model: "gpt-4o", input_tokens: 1000, output_tokens: 500 };
      return [user, key(), JSON.stringify(usage)];
    },
  },
  {
    name: "hold, opened and settled",
    statement: (schema) =>
      `select ${schema}.holds_settle(p_hold_id => (h.opened #>> '{data,hold_id}')::uuid,
        p_idempotency_key => $3, p_amount => '1', ${KEYED})
      from (select ${schema}.holds_open(p_user_id => $1::text::uuid, p_idempotency_key => $2,
        p_ttl_seconds => 600, p_amount => '2', ${KEYED}) as opened offset 0) h`,
    values: (user, key) => [user, key(), key()],
  },
];

/** Yields the arguments of each successive call. The same seed gives the same arguments. */
export function* valuesOf(call: Call, seed: number): Generator<string[], never> {
  const draw = createDraw("uniform", ACCOUNTS, createRandom(seed));
  let keys = 0;
  while (true) yield call.values(userId(draw()), () => keyText(seed, keys++));
}
