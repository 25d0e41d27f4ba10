/**
 * Two sections of the page at the gateway's root. One shows the result of the product's last check
 * of its own data. The other shows the result of the product's demo. The product is the app that
 * the stack runs.
 */
import { html } from "hono/html";
import type { DemoResult } from "../stack/demo-result.ts";
import type { Proof } from "../stack/welcome.ts";

export type Html = ReturnType<typeof html>;

const MARKS = { good: "in order", bad: "not in order", unknown: "unknown" };

export function mark(state: Proof["state"], text: string): Html {
  return html`<span class="mark ${state}">${text}</span>`;
}

export function proofSection({ state, summary, detail }: Proof): Html {
  return html`
    <section aria-labelledby="proof">
      <div class="row"><h2 id="proof">The proof</h2>${mark(state, MARKS[state])}</div>
      <p><strong>${summary}</strong></p>
      <p class="soft">${detail}</p>
    </section>
  `;
}

function figuresTable(figures: DemoResult["figures"]): Html {
  const rows = figures.map(({ name, service, computed, equal }) =>
    html`
      <tr>
        <th scope="row">${name}</th>
        <td>${service}</td>
        <td>${computed}</td>
        <td>${equal ? "equal" : html`<strong>differs</strong>`}</td>
      </tr>
    `
  );
  return html`
    <table>
      <caption class="soft">Each figure of the ledger, beside the one that the demo computed.</caption>
      <thead>
        <tr>
          <th scope="col">Figure</th>
          <th scope="col">Ledger</th>
          <th scope="col">Computed</th>
          <th scope="col">Result</th>
        </tr>
      </thead>
      <tbody>${rows}</tbody>
    </table>
  `;
}

/** Says that no demo has run on this stack, and how to run one. */
function noDemo(command: string): Html {
  return html`
    <section aria-labelledby="demo">
      <div class="row"><h2 id="demo">The demo</h2>${mark("unknown", "not played")}</div>
      <p class="soft">The demo has not played on this stack. Play it in a terminal:</p>
      <pre>${command}</pre>
    </section>
  `;
}

/**
 * Shows the result of the last demo that ran on this stack. `how` is the command that runs a demo.
 */
export function demoSection(demo: DemoResult | undefined, how: string): Html {
  if (demo === undefined) return noDemo(how);
  const { command, ended_at, figures, violations } = demo;
  const equal = figures.filter((each) => each.equal).length;
  const state = equal === figures.length && violations === 0 ? "good" : "bad";
  return html`
    <section aria-labelledby="demo">
      <div class="row"><h2 id="demo">The demo</h2>${mark(state, MARKS[state])}</div>
      <p><strong>${equal} of ${figures
        .length} figures are equal. Violations of the rules: ${violations}.</strong></p>
      <p class="soft"><code>${command}</code>,
        <time datetime="${ended_at}">${ended_at.slice(0, 16).replace("T", " ")} UTC</time></p>
      ${figuresTable(figures)}
    </section>
  `;
}
