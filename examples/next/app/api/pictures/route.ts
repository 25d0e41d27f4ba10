import { operator } from "../../../lib/server.ts";

/** Replace this by a model's call. */
const paint = () => Promise.resolve({ color: `hsl(${Math.random()}turn 90% 60%)` });

/** Knows the user by the token, holds the price, works, and settles the hold. Work that fails is free. */
export const POST = (request: Request) =>
  operator().respond(request, async (userId) => {
    const terms = { userId, amount: "250", reason: "picture" };
    const work = async () => ({ value: await paint(), charge: { amount: terms.amount } });
    return (await operator().withHold(terms, work)).value;
  });
