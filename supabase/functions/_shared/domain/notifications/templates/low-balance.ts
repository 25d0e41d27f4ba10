/** There are fewer credits left than somebody wanted. */
import { LowBalanceData } from "../../../contracts/notification-data.ts";
import { defineTemplate } from "../template.ts";

export const lowBalance = defineTemplate(
  LowBalanceData,
  ({ available, threshold }) => ({
    subject: "Your credits are running low",
    says: ["You have fewer credits left than the limit at which you are told."],
    facts: [["Credits left", available], ["Limit", threshold]],
  }),
);
