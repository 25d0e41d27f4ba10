/** Whether Stripe knows us: the cheapest read that wants a good key. */
import { type StripeCaller, unavailable } from "./client.ts";

export interface Balance {
  /** @throws ApiError `upstream_unavailable`, Refused */
  readBalance(): Promise<void>;
}

export function createBalance({ call }: StripeCaller): Balance {
  return {
    async readBalance() {
      const { object } = await call((stripe) => stripe.balance.retrieve());
      if (object !== "balance") throw unavailable("stripe: the answer is no balance", 502);
    },
  };
}
