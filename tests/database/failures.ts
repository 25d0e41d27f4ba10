/**
 * Tests how calls through a transport fail. The failures are real: a database locks rows and
 * cancels statements, and a proxy cuts connections.
 */
import assert from "node:assert/strict";
import {
  createDatabase,
  type Transport,
} from "../../supabase/functions/_shared/adapters/database/database.ts";
import {
  DatabaseFailure,
  isConnectionFailure,
  isRolledBack,
  isTimeout,
  mayBeDone,
} from "../../supabase/functions/_shared/adapters/database/failures.ts";
import { ApiError, isUnavailable } from "../../supabase/functions/_shared/core/errors.ts";
import { withinRequest } from "../../supabase/functions/_shared/core/current-request.ts";
import { startContext } from "../../supabase/functions/_shared/core/start-request.ts";
import { countEntries, withSql } from "../support/project/database.ts";
import { signUp, signUpWith } from "../support/project/people.ts";
import { until } from "../support/project/until.ts";
import type { World } from "../support/project/world.ts";
import { CLOSED_PORT } from "../support/processes/faulty-proxy.ts";
import { debitOf, newKey, refusalOf } from "./calls.ts";
import { withWireTap } from "./wire-tap.ts";

/** The transport that is under test: the data API or the pool. */
export interface Way {
  readonly name: string;
  /** The URL to which the transport connects. */
  readonly url: string;
  /**
   * @param url the database URL of the transport, or the URL of a wire tap in front of the database
   */
  readonly open: (url: string, timeoutMs?: number) => Transport;
}

type Check = (world: World, way: Way) => Promise<void>;

async function withTransport(
  transport: Transport,
  use: (transport: Transport) => Promise<void>,
): Promise<void> {
  try {
    await use(transport);
  } finally {
    await transport.close();
  }
}

async function failureOf(call: Promise<unknown>): Promise<DatabaseFailure> {
  const failure = await call.then(() => undefined, (error: unknown) => error);
  assert(failure instanceof DatabaseFailure, String(failure));
  return failure;
}

interface Locked {
  /**
   * Waits until the lock blocks a call. Returns the process id of the database session that runs
   * the call.
   */
  readonly waiting: () => Promise<number>;
  readonly cancel: (pid: number) => Promise<void>;
  /** Releases the lock on the account. */
  readonly release: () => Promise<void>;
}

/** Runs `use` while a separate database session locks the account's row. */
async function withLockedAccount(
  world: World,
  userId: string,
  use: (locked: Locked) => Promise<void>,
): Promise<void> {
  await withSql(world, (holder) =>
    withSql(world, async (observer) => {
      const [self] = await holder`select pg_backend_pid() as pid`;
      await holder`begin`;
      await holder`select from farthing.accounts where owner_id = ${userId} for update`;
      const waiting = () =>
        until("a call waits for the account", async () => {
          const [row] = await observer`
            select pid from pg_stat_activity where ${self!.pid} = any(pg_blocking_pids(pid))`;
          return row?.pid as number | undefined;
        });
      const cancel = async (pid: number) => {
        await observer`select pg_cancel_backend(${pid}::int)`;
      };
      await use({ waiting, cancel, release: async () => void await holder`rollback` });
    }));
}

const debit = (transport: Transport, userId: string, key = newKey()) =>
  transport.call("credits_debit", debitOf(userId, "1", key));

const cancelled: Check = async (world, { open, url }) => {
  const { id } = await signUpWith(world, "10");
  await withTransport(
    open(url),
    (transport) =>
      withLockedAccount(world, id, async ({ waiting, cancel, release }) => {
        const failing = failureOf(debit(transport, id));
        await cancel(await waiting());
        assert(isTimeout(await failing));
        await release();
        await debit(transport, id);
      }),
  );
};

const waitsTooLong: Check = async (world, { open, url }) => {
  const { id } = await signUpWith(world, "10");
  await withTransport(
    open(url, 300),
    (transport) =>
      withLockedAccount(world, id, async ({ release }) => {
        assert(isTimeout(await failureOf(debit(transport, id))));
        const error = await refusalOf(
          createDatabase(transport).rpc("credits_debit", debitOf(id, "1")),
        );
        assert.deepEqual([error.code, error.retryable], ["request_timeout", true]);
        await release();
      }),
  );
  await withTransport(open(url), (transport) => debit(transport, id).then(() => {}));
};

const endsWithItsRequest: Check = async (world, { open, url }) => {
  const { id } = await signUpWith(world, "10");
  const within = (ms: number, call: () => Promise<unknown>) => {
    const context = startContext(new Headers());
    context.deadlineMs = performance.now() + ms;
    return withinRequest(context, call);
  };
  await withTransport(
    open(url),
    (transport) =>
      withLockedAccount(world, id, async ({ release }) => {
        // The request's deadline of 300 ms ends the call. The lock timeout is 2 s, and would be a
        // different failure.
        assert(isTimeout(await failureOf(within(300, () => debit(transport, id)))));
        await assert.rejects(
          within(0, () => debit(transport, id)),
          (error) => error instanceof ApiError && error.code === "request_timeout",
        );
        await release();
      }),
  );
};

const locked: Check = async (world, { open, url }) => {
  const { id } = await signUpWith(world, "10");
  await withTransport(
    open(url),
    (transport) =>
      withLockedAccount(world, id, async ({ release }) => {
        assert(isRolledBack(await failureOf(debit(transport, id))));
        const retried = createDatabase(transport).rpc("credits_debit", debitOf(id, "1"));
        await release();
        assert.equal((await retried).status, 201);
      }),
  );
};

const lostAfterSending: Check = async (world, { open, url }) => {
  const { id } = await signUpWith(world, "10");
  await withWireTap(
    url,
    (tap) =>
      withTransport(
        open(tap.url),
        (transport) =>
          withLockedAccount(world, id, async ({ waiting }) => {
            const failing = failureOf(debit(transport, id));
            await waiting();
            tap.cut();
            const failure = await failing;
            assert(isConnectionFailure(failure) && mayBeDone(failure), failure.code);
          }),
      ),
  );
};

const lostAndMadeAgain: Check = async (world, { open, url }) => {
  const { id } = await signUpWith(world, "10");
  await withWireTap(
    url,
    (tap) =>
      withTransport(
        open(tap.url),
        (transport) =>
          withLockedAccount(world, id, async ({ waiting, release }) => {
            const answer = createDatabase(transport).rpc("credits_debit", debitOf(id, "1"));
            await waiting();
            tap.cut();
            await release();
            assert.equal((await answer).status, 201);
          }),
      ),
  );
  assert.equal(await countEntries(world, id, "debit"), 1);
};

const notThere: Check = async (_world, { open, url }) => {
  const nowhere = new URL(url);
  nowhere.port = String(CLOSED_PORT);
  await withTransport(open(nowhere.href), async (transport) => {
    assert(isConnectionFailure(await failureOf(transport.call("health_database", {}))));
    const error = await refusalOf(createDatabase(transport).rpc("health_database", {}));
    assert.deepEqual([error.code, error.retryable], ["upstream_unavailable", true]);
  });
};

const unknownFunction: Check = async (_world, { open, url }) => {
  await withTransport(open(url), async (transport) => {
    const failure = await failureOf(transport.call("no_such_function", {}));
    assert(!isConnectionFailure(failure) && !isTimeout(failure), failure.code);
    const rpc = createDatabase(transport).rpc as (name: string, args: object) => Promise<unknown>;
    const error = await rpc("no_such_function", {}).catch((error: unknown) => error);
    assert(error instanceof ApiError && !isUnavailable(error));
    assert.equal(error.code, "internal");
  });
};

const namesItsRequest: Check = async (world, { open, url }) => {
  const { id } = await signUpWith(world, "10");
  const request = startContext(new Headers());
  const { p_correlation_id: _, ...rest } = debitOf(id, "1");
  await withTransport(open(url), async (transport) => {
    const call = () => transport.call("credits_debit", { ...rest, ...newKey() });
    await withinRequest(request, call);
    await call();
  });
  const rows = await withSql(world, (sql) =>
    sql`
    select correlation_id from farthing.entries join farthing.accounts using (account_id)
    where owner_id = ${id} order by entries.seq desc limit 2`);
  assert.deepEqual(rows.map(({ correlation_id }) => correlation_id), [null, request.traceId]);
};

const goesOnAfterRefusals: Check = async (world, { open, url }) => {
  const { id } = await signUp(world);
  await withTransport(open(url), async (transport) => {
    const database = createDatabase(transport);
    for (let call = 0; call < 5; call++) {
      const { code } = await refusalOf(database.rpc("credits_debit", debitOf(id, "1")));
      assert.equal(code, "insufficient_credits");
    }
    assert.equal((await database.rpc("health_database", {})).ok, true);
  });
};

export const FAILURES: Readonly<Record<string, Check>> = {
  "a statement that the server cancels is a timeout, and the next call works": cancelled,
  "a call that takes too long is a timeout, and the next call works": waitsTooLong,
  "a call ends with its request, and no call begins after the request": endsWithItsRequest,
  "a call that waits too long for a lock is rolled back, and repeated": locked,
  "a call whose connection is lost may have taken effect": lostAfterSending,
  "a call whose connection was lost is repeated, and happens once": lostAndMadeAgain,
  "an unreachable database is a retryable error": notThere,
  "a missing database function is an internal error": unknownFunction,
  "a call passes its request's trace to SQL, and a call without a request passes none":
    namesItsRequest,
  "a transport works after refusals": goesOnAfterRefusals,
};
