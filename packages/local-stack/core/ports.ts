/** The addresses of the stack's parts. */

export interface Urls {
  api: string;
  database: string;
  console: string;
  mail: string;
  stripe: string;
  ai: string;
  /** The address of Upstash's REST API; undefined if the stack runs no Redis. */
  redis: string | undefined;
}

/**
 * The ports of the stack's parts. The API, the database and mail use the ports of `supabase start`
 * plus the offset. The console uses the port of Supabase Studio plus the offset.
 */
export interface Ports {
  api: number;
  database: number;
  console: number;
  mail: number;
  stripe: number;
  ai: number;
  redis: number;
}

/** The offset at which the stack's highest port is 65535. */
export const MAX_OFFSET = 65_535 - 54_329;

export function portsAt(offset: number): Ports {
  return {
    api: 54_321 + offset,
    database: 54_322 + offset,
    console: 54_323 + offset,
    mail: 54_324 + offset,
    stripe: 54_326 + offset,
    ai: 54_328 + offset,
    redis: 54_329 + offset,
  };
}
