/** Calls in the mode `observe`: nothing is held, charged or refused. */
import {
  type CallTerms,
  type MeteredCall,
  mostOf,
  type Observed,
  pricingOf,
  type Shared,
} from "./call.ts";
import { FREE, type Free } from "./settle.ts";
import { chargeOf, type Spent } from "./price.ts";

async function priceOf(
  { service, price, timeoutMs }: Shared,
  terms: CallTerms,
  spent: Spent | undefined,
): Promise<Observed> {
  try {
    const pricing = pricingOf(terms, price);
    const charge = spent && chargeOf(spent, pricing) || mostOf(terms, pricing);
    if (charge.amount !== undefined) return { status: "observed", credits: charge.amount };
    const { model, metadata: _, ...tokens } = charge.usage;
    const body = { model, ...tokens };
    const { credits } = await service.change("post", "/usage/estimate", { body }, { timeoutMs });
    return { status: "observed", credits };
  } catch (error) {
    return { status: "observed", credits: null, error };
  }
}

/** Begins a call that is only reported. Never throws. */
export function observeCall(shared: Shared, terms: CallTerms): MeteredCall {
  const id = crypto.randomUUID();
  let ended: Promise<Observed | Free> | undefined;
  const endOnce = (how: () => Promise<Observed | Free>) =>
    ended ??= how().then((settlement) => {
      shared.report(settlement, terms, id);
      return settlement;
    });
  return {
    id,
    holdId: null,
    end: (spent) => endOnce(() => priceOf(shared, terms, spent)),
    release: () => endOnce(() => Promise.resolve(FREE)),
  };
}
