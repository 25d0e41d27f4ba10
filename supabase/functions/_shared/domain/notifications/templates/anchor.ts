/** For the operators: the head of the ledger's hash chains, to be kept where the database can't change it. */
import { z } from "@hono/zod-openapi";
import { text, Timestamp } from "../../../contracts/common.ts";
import { moment } from "../figures.ts";
import { defineTemplate } from "../template.ts";

export const anchor = defineTemplate(
  z.strictObject({
    head_nr: z.int().min(1),
    hash: z.string().regex(/^[0-9a-f]{64}$/),
    accounts: z.int().min(0),
    entries: z.int().min(0),
    balance: text(100),
    made_at: Timestamp,
  }),
  ({ head_nr, hash, accounts, entries, balance, made_at }) => ({
    subject: `Ledger head ${head_nr}`,
    says: [
      "Keep this email. The ledger must lead to this hash: docs/runbooks/anchor.md says how to compare.",
    ],
    facts: [
      ["Head", String(head_nr)],
      ["Hash", hash],
      ["Entries", String(entries)],
      ["Accounts", String(accounts)],
      ["Credits", balance],
      ["Made", moment(made_at)],
    ],
  }),
);
