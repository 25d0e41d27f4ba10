/**
 * A shop for a simulated quarter: the product's endpoints, the database and the Stripe emulator,
 * all at a time that the test sets. The endpoints run in this process, with the real database
 * adapter and the real Stripe SDK. The test's time is passed to each RPC function with a parameter
 * `p_now`, and the emulator uses this time as its clock.
 */
import Stripe from "stripe";
import type postgres from "postgres";
import { createStripeEmulator } from "@farthing/stripe-emulator";
import { migrate, seed } from "@farthing/local-stack/migrations";
import {
  MIGRATIONS,
  PROJECT,
  withNewProject,
} from "../../../scripts/test-tools/project-database.ts";
import { ROOT } from "../../../scripts/command/root.ts";
import {
  createDatabase,
  type Transport,
} from "../../../supabase/functions/_shared/adapters/database/database.ts";
import { createPoolTransport } from "../../../supabase/functions/_shared/adapters/database/pool.ts";
import { createPayments } from "../../../supabase/functions/_shared/adapters/stripe/create-payments.ts";
import { makeFake } from "../../support/functions/fakes/services.ts";
import { createApps } from "./apps.ts";
import { Endpoints } from "./endpoints.ts";
import { SIGNING_SECRET, STRIPE_KEY } from "./secrets.ts";

export interface Shop {
  readonly sql: postgres.Sql;
  readonly stripe: Stripe;
  readonly stripeUrl: string;
  readonly endpoints: Endpoints;
  /** The time in the shop, in ms since 1970. */
  readonly clock: { ms: number };
  /** Calls a control endpoint of the emulator. */
  control(path: string, body?: object): Promise<Record<string, unknown>>;
}

/** Adds the shop's time to each call of an RPC function that has a parameter `p_now`. */
async function atShopTime(
  transport: Transport,
  sql: postgres.Sql,
  clock: { ms: number },
): Promise<Transport> {
  const rows = await sql<{ name: string }[]>`
    select proname as name from pg_proc
    where pronamespace = 'farthing_public'::regnamespace and 'p_now' = any (proargnames)`;
  const timed = new Set(rows.map(({ name }) => name));
  const now = () => new Date(clock.ms).toISOString();
  return {
    call: (name, args) => transport.call(name, timed.has(name) ? { ...args, p_now: now() } : args),
    close: () => transport.close(),
  };
}

/**
 * Makes two tasks begin their work at the beginning of the quarter, and not at the real time. One
 * task lists balance transactions. The other searches for payments that were never paid out.
 */
async function beginAt(sql: postgres.Sql, beginMs: number): Promise<void> {
  const begin = new Date(beginMs).toISOString();
  for (const table of ["balance_lists", "paid_out_round"]) {
    await sql.unsafe(`update farthing.${table} set done_until = $1 where one_row`, [begin]);
  }
}

function stripeAt(url: string): Stripe {
  const { hostname, port } = new URL(url);
  const httpClient = Stripe.createFetchHttpClient();
  const local = { protocol: "http" as const, host: hostname, port };
  return new Stripe(STRIPE_KEY, { ...local, httpClient, maxNetworkRetries: 0, telemetry: false });
}

async function withEmulator<T>(
  clock: { ms: number },
  use: (url: string) => Promise<T>,
): Promise<T> {
  const late: { fetch: (request: Request) => Promise<Response> } = {
    fetch: () => Promise.resolve(new Response(null, { status: 503 })),
  };
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    (request) => late.fetch(request),
  );
  const url = `http://127.0.0.1:${server.addr.port}`;
  const now = () => new Date(clock.ms);
  const emulator = createStripeEmulator({ apiKey: STRIPE_KEY, publicUrl: url, now });
  late.fetch = emulator.fetch;
  try {
    return await use(url);
  } finally {
    await emulator.close();
    await server.shutdown();
  }
}

async function openShop(
  sql: postgres.Sql,
  databaseUrl: string,
  stripeUrl: string,
  clock: { ms: number },
): Promise<{ shop: Shop; close: () => Promise<void> }> {
  const transport = await atShopTime(createPoolTransport({ url: databaseUrl }), sql, clock);
  const payments = createPayments({
    secretKey: STRIPE_KEY,
    webhookSecrets: [SIGNING_SECRET],
    apiUrl: stripeUrl,
  });
  const fake = await makeFake({
    now: () => new Date(clock.ms),
    overrides: {
      database: createDatabase(transport),
      payments: () => Promise.resolve(payments),
    },
  });
  const stripe = stripeAt(stripeUrl);
  const endpoints = new Endpoints(createApps(fake.source), fake.project);
  const control = async (path: string, body: object = {}) => {
    const init = { method: "POST", body: JSON.stringify(body) };
    const response = await fetch(`${stripeUrl}/_emulator/${path}`, init);
    const text = await response.text();
    if (!response.ok) throw new Error(`${path}: ${text}`);
    return JSON.parse(text);
  };
  return {
    shop: { sql, stripe, stripeUrl, endpoints, clock, control },
    close: () => transport.close(),
  };
}

/**
 * Runs `use` with a shop that opens at this time. The shop has its own PostgreSQL server and its own
 * emulator.
 */
export function withShop<T>(beginMs: number, use: (shop: Shop) => Promise<T>): Promise<T> {
  const clock = { ms: beginMs };
  return withNewProject(async (server) => {
    const sql = server.connect(PROJECT, { max: 2 });
    try {
      await migrate(sql, MIGRATIONS);
      await seed(sql, `${ROOT}supabase/farthing_seed.sql`, ROOT);
      await beginAt(sql, beginMs);
      return await withEmulator(clock, async (stripeUrl) => {
        const { shop, close } = await openShop(sql, server.url(PROJECT), stripeUrl, clock);
        try {
          return await use(shop);
        } finally {
          await close();
        }
      });
    } finally {
      await sql.end();
    }
  });
}
