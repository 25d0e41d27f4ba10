import { operator } from "../../../lib/server.ts";

/** Replace this with a call of your model. */
const paint = () => Promise.resolve({ color: `hsl(${Math.random()}turn 90% 60%)` });

/**
 * Holds the price, paints, and settles the hold. The token says which user pays. If painting fails,
 * the user pays nothing.
 */
export const POST = (request: Request) =>
  operator().respond(request, async (userId) => {
    const terms = { userId, amount: "250", reason: "picture" };
    const work = async () => ({ value: await paint(), charge: { amount: terms.amount } });
    return (await operator().withHold(terms, work)).value;
  });
