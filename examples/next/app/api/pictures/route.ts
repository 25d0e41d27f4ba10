import { FarthingError } from "@farthing/client/server";
import { operator, requestClient } from "../../../lib/server.ts";

/** Replace this by a model's call. */
const paint = () => Promise.resolve(`hsl(${Math.random()}turn 90% 60%)`);

/** Holds the price, works, and settles the hold. Work that throws an error is free. */
export async function POST() {
  const { data } = await (await requestClient()).auth.getClaims();
  if (!data) return new Response("Sign in first.", { status: 401 });
  const terms = { userId: data.claims.sub, amount: "250", reason: "picture" };
  const work = async () => ({ value: await paint(), charge: { amount: terms.amount } });
  try {
    return new Response((await operator().withHold(terms, work)).value);
  } catch (error) {
    if (!(error instanceof FarthingError)) throw error;
    return new Response(error.message, { status: error.status || 503 });
  }
}
