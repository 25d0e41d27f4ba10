/** The domains of email addresses that get no welcome credits, for operators. */
import { z } from "@hono/zod-openapi";
import { changeFields, PastChange, VersionOut } from "./changes.ts";

const Domain = z.string().openapi({ example: "mailinator.com" });

export const BlockedDomainsBody = z.strictObject({
  domains: z.array(
    Domain.toLowerCase().regex(
      /^[a-z0-9]([a-z0-9.-]{0,250}[a-z0-9])?$/,
      "A domain must be like mailinator.com. Write an international domain in its xn-- form.",
    ),
  ).max(10_000).openapi({
    description: "All domains to block, each with its subdomains. An empty list blocks none.",
  }),
  ...changeFields,
}).openapi("BlockedDomainsRequest");

export const BlockedDomainSettings = z.object({
  version: VersionOut,
  domains: z.array(Domain).openapi({
    description: "Each domain stands for its subdomains, too.",
  }),
  history: z.array(PastChange).openapi({ description: "The last 50 changes, newest first." }),
}).openapi("BlockedDomainSettings");
