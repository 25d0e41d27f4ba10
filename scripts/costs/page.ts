/**
 * Makes the tables of docs/reference/costs.md from prices and assumptions. Each table is placed
 * between two marks in the page: one at its start and one at its end.
 */
import type { Decimal } from "decimal.js";
import { type Month, monthOf, usersAt, usersWithin } from "./month.ts";
import { type Price, PRICES } from "./prices.ts";

export const PAGE = "docs/reference/costs.md";

const MONTHS = [100, 1_000, 10_000].map(monthOf);

const whole = (number: Decimal | number) => Number(number).toLocaleString("en-US");

function money(amount: Decimal): string {
  const [units, cents] = amount.toFixed(2).split(".");
  return `$${Number(units).toLocaleString("en-US")}.${cents}`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const rule = head.map((_, nth) => nth === 0 ? "---" : "---:");
  return [head, rule, ...rows].map(line).join("\n");
}

function row(title: string, cell: (month: Month) => string): string[] {
  return [title, ...MONTHS.map(cell)];
}

function costs(): string {
  const share = ({ stripe, sales }: Month) => `${stripe.div(sales).times(100).toFixed(1)} %`;
  return table(["daily users", ...MONTHS.map(({ users }) => whole(users))], [
    row("Supabase", ({ supabase }) => money(supabase)),
    row("Redis, paid by command", ({ redisByCommand }) => money(redisByCommand)),
    row("Redis, fixed plan", ({ redisFixed }) => money(redisFixed)),
    row("mail by Postmark", ({ postmark }) => money(postmark)),
    row("mail by Resend", ({ resend }) => money(resend)),
    row("**services**", ({ services }) => `**${money(services)}**`),
    row("sales", ({ sales }) => money(sales)),
    row("Stripe's fees", ({ stripe }) => money(stripe)),
    row("of the sales", share),
  ]);
}

function quantities(): string {
  return table(["in a month", ...MONTHS.map(({ users }) => `${whole(users)} users`)], [
    row("function calls", ({ quantities: { calls } }) => whole(calls)),
    row("Redis commands", ({ quantities: { commands } }) => whole(commands)),
    row("emails", ({ quantities: { emails } }) => whole(emails)),
    row("purchases", ({ quantities: { purchases } }) => whole(purchases)),
  ]);
}

function prices(): string {
  const rows = (Object.values(PRICES) as Price[]).map(({ name, amount, per, source, asOf }) => {
    const price = amount.endsWith("%") ? amount : `$${amount}`;
    return `| [${name}](${source}) | ${price} | ${per} | ${asOf} |`;
  });
  return ["| price | amount | per | as of |", "| --- | ---: | --- | --- |", ...rows].join("\n");
}

function thresholds(): string {
  return `- The fixed plan is cheaper from ${whole(usersAt("10").plus(1))} daily users on.
- The budget of $20 in infra/terraform lasts for ${whole(usersAt("20"))} daily users.
- The function calls of Supabase's Pro plan last for ${whole(usersWithin(2e6))} daily users.`;
}

const PARTS: Readonly<Record<string, () => string>> = { costs, quantities, thresholds, prices };

/** Returns the page with newly computed tables. */
export function written(page: string): string {
  return Object.entries(PARTS).reduce((text, [name, part]) => {
    const [begin, end] = [`<!-- ${name} -->`, `<!-- end of ${name} -->`];
    const [from, to] = [text.indexOf(begin), text.indexOf(end)];
    if (from < 0 || to < from) {
      throw new Error(`${PAGE} lacks the marks of ${name}: ${begin} and ${end}`);
    }
    return `${text.slice(0, from)}${begin}\n\n${part()}\n\n${text.slice(to)}`;
  }, page);
}
