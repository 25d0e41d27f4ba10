/** There are fewer credits left than somebody wanted. */
import { z } from "@hono/zod-openapi";
import { AmountOrZero, SignedAmount } from "../../../contracts/common.ts";
import { defineTemplate } from "../template.ts";

export const lowBalance = defineTemplate(
  z.strictObject({
    available: z.string().regex(/^-?(0|[1-9]\d{0,19})(\.\d{1,18})?$/, "An amount of credits.")
      .pipe(SignedAmount),
    threshold: AmountOrZero,
  }).openapi("LowBalanceData"),
  ({ available, threshold }) => ({
    subject: "Your credits are running low",
    says: ["You have fewer credits left than the limit at which you are told."],
    facts: [["Credits left", available], ["Limit", threshold]],
  }),
);
