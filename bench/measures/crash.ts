/**
 * G22: kills every process of the server under load. Every charge that was acknowledged must still
 * be there afterwards.
 */
import { type BenchServer, type ServerKind, withServer } from "../database/bench-server.ts";
import { runClients } from "../load/run-clients.ts";
import { keyText } from "../load/keys-and-accounts.ts";
import type { Options } from "../command/options.ts";
import { exact } from "../report/verdict.ts";
import type { Section } from "../report/section.ts";
import { armNamed } from "./debit-arms.ts";
import { nextSeed, targetOf } from "./rounds.ts";

const DATABASE = "crash";
const KILLS = 20;
const CLIENTS = 8;
/** When the server is killed: after hundreds of debits, and at a different moment each time. */
const KILL_AFTER_MS = { least: 100, most: 400 };
/** The clients stop when the server dies. If it does not die, this limit stops them. */
const SECONDS = 20;

/** Makes charges until the server dies, and returns the keys of the acknowledged charges. */
async function chargeUntilKilled(server: BenchServer): Promise<string[]> {
  const seed = nextSeed();
  const target = { ...targetOf(server, armNamed("debit, random")), url: server.url(DATABASE) };
  const { least, most } = KILL_AFTER_MS;
  let killed: Promise<void> | undefined;
  const kill = () =>
    killed = new Promise<void>((done) => setTimeout(done, least + Math.random() * (most - least)))
      .then(() => server.crash());
  const tallies = await runClients({ target, seconds: SECONDS }, CLIENTS, seed, kill);
  await killed;
  return tallies.flatMap(({ calls, warmUps }, client) =>
    Array.from({ length: warmUps + calls }, (_, call) => keyText(seed + client, call))
  );
}

async function countLost(server: BenchServer, acknowledged: string[]): Promise<number> {
  const list = acknowledged.map((key) => `'${key}'`).join();
  const [row] = await server.query<{ lost: number }>(
    DATABASE,
    `select count(*)::int as lost from unnest(array[${list}]) k
     where not exists (select from farthing.idempotency_keys i where i.key = decode(k, 'hex'))`,
  );
  return row!.lost;
}

interface CrashCounts {
  acknowledged: number;
  lost: number;
  violations: number;
}

async function killRounds(kind: ServerKind, say: (what: string) => void) {
  return await withServer(kind, say, async (server): Promise<CrashCounts> => {
    await server.clone(DATABASE);
    let [acknowledged, lost] = [0, 0];
    for (let kill = 1; kill <= KILLS; kill++) {
      say(`kill -9, ${kill} of ${KILLS}: ${acknowledged} debits acknowledged, ${lost} lost`);
      const keys = await chargeUntilKilled(server);
      await server.restart();
      acknowledged += keys.length;
      lost += await countLost(server, keys);
    }
    // A debit writes its entry and its key in one transaction. An entry without a key, or two
    // entries with the same key, would be a violation.
    const violations = await server.query(
      DATABASE,
      `select 1 from farthing.prove() union all
       select 1 from (select count(*) from farthing.entries where reference_id = 'request-12345678') e,
         (select count(*) from farthing.idempotency_keys where answer ->> 'amount' = '1'
           and fingerprint = decode(repeat('ab', 32), 'hex')) k where e.count <> k.count`,
    );
    return { acknowledged, lost, violations: violations.length };
  });
}

export async function measureCrashes(
  { postgres: flavour }: Options,
  say: (what: string) => void,
): Promise<Section> {
  const durable = await killRounds({ flavour }, say);
  const relaxed = await killRounds({ flavour, settings: { synchronous_commit: "off" } }, say);
  const none = { better: "lower" as const, goal: 0 };
  const some = { better: "higher" as const, goal: 1 };
  const found = durable.violations + relaxed.violations;
  return {
    figures: [
      exact("G22", "acknowledged debits lost in 20 kills", none, durable.lost, ""),
      exact("G22", "the same, synchronous_commit off", some, relaxed.lost, ""),
      exact("G22", "violations and doubled debits", none, found, ""),
    ],
    arms: [],
    notes: [
      `G22: ${durable.acknowledged} debits were acknowledged before the kills, and ` +
      `${relaxed.acknowledged} with synchronous_commit off, where some must be lost, or the ` +
      `benchmark could not notice a loss.`,
    ],
  };
}
