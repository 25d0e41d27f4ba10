import type { Context } from "hono";
import { html } from "hono/html";
import { layout, messagePage } from "./layout.ts";
import { formatMoney } from "../payments/format-money.ts";
import { invoices } from "../resources/invoices.ts";
import type { Scope } from "../store/scope.ts";

/** Renders the hosted page of an invoice. */
export function invoicePage(c: Context, scope: Scope) {
  const invoice = invoices.find(scope, c.req.param("id") ?? "");
  if (!invoice) return c.html(messagePage("Not found", "There is no such invoice."), 404);
  const money = (amount: number) => formatMoney(amount, invoice.currency);
  const tax = (invoice.total_taxes ?? []).reduce((sum, each) => sum + each.amount, 0);
  const ids = (invoice.customer_tax_ids ?? []).map(({ value }) => value).join(", ");
  const title = `Invoice ${invoice.number}`;
  return c.html(layout(
    title,
    html`
      <h1>${title}</h1>
      <p>${invoice.customer_name ?? invoice.customer_email}${ids && html`<br>Tax ID ${ids}`}</p>
      <table>
        <tbody>
                ${invoice.lines.data.map((line) =>
                  row(line.description ?? "", money(line.subtotal))
                )}
                ${row("Total without tax", money(invoice.total_excluding_tax ?? invoice.total))}
                ${row("Tax", money(tax))} ${row("Paid", money(invoice.amount_paid))}
              </tbody>
      </table>
    `,
  ));
}

function row(name: string, amount: string) {
  return html`
    <tr>
      <th scope="row">${name}</th>
      <td>${amount}</td>
    </tr>
  `;
}
