/** What the functions need from outside, for a benchmark: real verification, real log, no Stripe. */
import {
  createDatabase,
  type Database,
} from "../../supabase/functions/_shared/database/database.ts";
import { createPoolTransport } from "../../supabase/functions/_shared/database/pool.ts";
import { NO_LIMITER } from "../../supabase/functions/_shared/limits/limiter.ts";
import { consoleLogger, type Logger } from "../../supabase/functions/_shared/logger.ts";
import { NO_METRICS } from "../../supabase/functions/_shared/metrics/metrics.ts";
import type { Services } from "../../supabase/functions/_shared/services.ts";
import { makeProject } from "../../supabase/functions/_shared/testing/project.ts";

interface ServiceOptions {
  /** Nothing is called in a database without it. */
  databaseUrl?: string;
  log?: Logger;
}

const NO_DATABASE: Database = {
  rpc: () => Promise.reject(new Error("no database in this benchmark")),
  close: () => Promise.resolve(),
};

const CLOCK_MS = 1_000;

/** The services, and the project whose tokens they accept. */
export async function makeServices({ databaseUrl, log = consoleLogger }: ServiceOptions = {}) {
  const project = await makeProject();
  // Verified credentials have to grow old as they do in production.
  const clock = setInterval(() => project.nowMs = Date.now(), CLOCK_MS);
  Deno.unrefTimer(clock);
  const database = databaseUrl === undefined
    ? NO_DATABASE
    : createDatabase(createPoolTransport({ url: databaseUrl }));
  const services: Services = {
    now: () => new Date(),
    log,
    database,
    verify: project.verifier(),
    hashIp: () => "",
    features: { isOn: () => Promise.resolve(true) },
    limiter: NO_LIMITER,
    metrics: NO_METRICS,
    mail: () => Promise.reject(new Error("no mail in this benchmark")),
    payments: () => Promise.reject(new Error("no payments in this benchmark")),
    ai: () => Promise.reject(new Error("no AI in this benchmark")),
    functionsUrl: "http://127.0.0.1/functions/v1",
    waitUntil: () => {},
    pause: () => Promise.resolve(),
    origins: [],
    checkKeySet: () => Promise.resolve("ok"),
    checkRedis: () => Promise.resolve("ok"),
  };
  return { services, project };
}
