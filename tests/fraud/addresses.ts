/**
 * Callers with different IP addresses. All addresses of 127.0.0.0/8 belong to this machine, and the gateway
 * sees the address from which a caller connects.
 */
import { randomInt } from "node:crypto";
import { type Answer, send } from "../support/project/http.ts";
import type { Person } from "../support/project/people.ts";
import { packageNamed } from "../support/money/purchases.ts";
import type { World } from "../support/project/world.ts";

export interface Address extends Disposable {
  readonly ip: string;
  /** Opens a checkout from this address. `headers` may claim a different address. */
  checkout(
    buyer: Person,
    packageName?: string,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Answer>;
}

/**
 * Picks a random address other than 127.0.0.1. The functions do not count 127.0.0.1 as a caller's address.
 */
export function newAddress(world: World): Address {
  const ip = [127, randomInt(1, 255), randomInt(0, 255), randomInt(1, 255)].join(".");
  const client = Deno.createHttpClient({ localAddress: ip });
  return {
    ip,
    async checkout(buyer, packageName = "Starter", headers = {}) {
      const { id } = await packageNamed(world, packageName);
      const init: RequestInit & { client: Deno.HttpClient } = {
        client,
        method: "POST",
        headers: {
          "content-type": "application/json",
          "idempotency-key": crypto.randomUUID(),
          ...buyer.as,
          ...headers,
        },
        body: JSON.stringify({ package_id: id }),
      };
      return await send(`${world.url}/functions/v1/checkout`, init);
    },
    [Symbol.dispose]: () => client.close(),
  };
}
