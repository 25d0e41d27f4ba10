/**
 * A chat's request, a repeat of that request, and the scheduled task settle the chat at the same
 * moment. The result is one charge, no deadlock and no open hold.
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import postgres from "postgres";
import { proven } from "../../support/project/database.ts";
import { signUpWith } from "../../support/project/people.ts";
import { repeatTimedOut } from "../../support/project/repeat-call.ts";
import { balanceOf } from "../../support/money/purchases.ts";
import { readWorld } from "../../support/project/world.ts";

const world = readWorld();

type Sql = postgres.Sql<Record<string, never>>;

interface Chat {
  hold: string;
  key: string;
}

// The chats began more than a minute ago, so the scheduled task closes them as abandoned.
const SILENT = "now() - interval '61 seconds'";
const USAGE = JSON.stringify({ input_tokens: 1000, output_tokens: 100 });
const ANSWER = JSON.stringify({ message: { role: "assistant", content: "Hello" } });

async function withConnections(use: (sql: Sql) => Promise<void>): Promise<void> {
  const sql = postgres(world.databaseUrl, { max: 12, onnotice: () => {}, connect_timeout: 5 });
  try {
    await use(sql);
  } finally {
    await sql.end({ timeout: 5 });
  }
  await proven(world);
}

/**
 * Begins a chat. Returns `step` from the database's response, and the hold's id. The id is null if
 * a stored answer is replayed.
 */
async function begin(sql: Sql, userId: string, key: string, at: string) {
  const [row] = await repeatTimedOut(() =>
    sql.unsafe(
      `select b ->> 'step' as step, b ->> 'hold_id' as hold
     from farthing_public.chats_begin($1, 'gpt-4o', 1000, 500, null, true, 'race', $2, $2, p_now => ${at}) b`,
      [userId, key],
    )
  );
  return row as { step: string; hold: string | null } | undefined;
}

async function silentChats(sql: Sql, userId: string, count: number): Promise<Chat[]> {
  return await Promise.all(Array.from({ length: count }, async () => {
    const key = crypto.randomUUID().replaceAll("-", "").repeat(2);
    const hold = (await begin(sql, userId, key, SILENT))?.hold;
    ok(hold);
    await sql.unsafe(`select farthing_public.chats_record($1, 40, ${SILENT})`, [hold]);
    return { hold, key };
  }));
}

async function settle(sql: Sql, { hold, key }: Chat): Promise<string> {
  const [row] = await repeatTimedOut(() =>
    sql`
    select farthing_public.chats_settle(${hold}, ${USAGE}::jsonb, ${ANSWER}::jsonb, null, ${key})
      #>> '{data,credits}' as credits`
  );
  return String(row?.credits);
}

const record = (sql: Sql, { hold }: Chat) =>
  repeatTimedOut(() => sql`select farthing_public.chats_record(${hold}, 60)`);
const closeAbandoned = (sql: Sql) =>
  repeatTimedOut(() => sql`select farthing.close_abandoned_chats()`);

Deno.test("T9: chats settled twice, recorded and closed at once are charged once each", async () => {
  await withConnections(async (sql) => {
    for (let round = 0; round < 5; round++) {
      const { id } = await signUpWith(world, "1000");
      const chats = await silentChats(sql, id, 8);
      const credits = await Promise.all(chats.map(async (chat) => {
        const [first, , , second] = await Promise.all([
          settle(sql, chat),
          record(sql, chat),
          closeAbandoned(sql),
          settle(sql, chat),
        ]);
        equal(first, second);
        return first;
      }));
      // The prompt costs 20 credits and the answer 6. If the scheduled task charged first, the
      // settlement corrects the charge.
      for (const each of credits) equal(each, "26");
      const total = credits.reduce((sum, each) => sum + Math.round(Number(each) * 10), 0);
      const { balance, held } = await balanceOf(world, id);
      deepEqual([Math.round(Number(balance) * 10), held], [10_000 - total, "0"]);
    }
  });
});

Deno.test("T9: a silent chat repeated many times at once is charged once, and one repeat runs", async () => {
  await withConnections(async (sql) => {
    for (let round = 0; round < 5; round++) {
      const { id } = await signUpWith(world, "1000");
      const [chat] = await silentChats(sql, id, 1);
      ok(chat);
      const repeats = await Promise.allSettled([
        ...Array.from({ length: 6 }, () => begin(sql, id, chat.key, "now()")),
        closeAbandoned(sql),
        closeAbandoned(sql),
      ]);
      const begun = repeats.slice(0, 6).filter(({ status }) => status === "fulfilled");
      equal(begun.length, 1);
      for (const each of repeats) {
        if (each.status === "rejected") equal(each.reason.code, "PGRST", String(each.reason));
      }
      // The first chat is already charged. The late settlement of its request must not change the
      // second chat.
      equal(await settle(sql, chat), "26");
      const { balance, held } = await balanceOf(world, id);
      deepEqual([balance, held], ["974", "50"]);
      await sql`select farthing_public.chats_release(hold_id) from farthing.chats
        where state = 'open' and idempotency_key = decode(${chat.key}, 'hex')`;
      equal((await balanceOf(world, id)).held, "0");
    }
  });
});

Deno.test("a user is deleted while their chats are settled and closed, and no settlement fails", async () => {
  await withConnections(async (sql) => {
    for (let round = 0; round < 5; round++) {
      const { id } = await signUpWith(world, "1000");
      const chats = await silentChats(sql, id, 4);
      const log = JSON.stringify({ kind: "chat" });
      const [left] = await Promise.all([
        sql`delete from auth.users where id = ${id}`,
        closeAbandoned(sql),
        ...chats.map(({ hold, key }) =>
          repeatTimedOut(() =>
            sql`select farthing_public.chats_settle(${hold}, ${USAGE}::jsonb, null, ${log}::jsonb, ${key})`
          )
        ),
      ]);
      equal(left.count, 1);
      deepEqual([...await sql`select from farthing.ai_logs where user_id = ${id}`], []);
      const open = await sql`select from farthing.chats
        where state = 'open' and hold_id in ${sql(chats.map(({ hold }) => hold))}`;
      deepEqual([...open], []);
    }
  });
});
