import type { Alert } from "@farthing/client";
import { useParams } from "wouter";
import { ChangeDialog } from "../../parts/change-dialog.tsx";
import { Facts } from "../../parts/facts.tsx";
import { Moment } from "../../parts/figures.tsx";
import { Known } from "../../parts/known.tsx";
import { Page, Section } from "../../parts/page.tsx";
import { StateBadge } from "../../parts/state-badge.tsx";
import { titleOf, wordsOf } from "../../parts/api-names.ts";
import { useChange } from "../../reads/use-change.ts";
import { useRead } from "../../reads/use-read.ts";
import { Author } from "../links.tsx";
import { Evidence } from "./evidence.tsx";
import { Runbook } from "./runbook.tsx";

function Acknowledge({ alert }: { readonly alert: Alert }) {
  const change = useChange("post", "/alerts/{id}/acknowledge", { readsAgain: "on reset" });
  return (
    <ChangeDialog
      action="Acknowledge"
      title="Say that you are working on this alert?"
      change={change}
      inputOf={() => ({ path: { id: alert.id } })}
      preview={
        <p>
          The other operators see that you work on this alert. Acknowledging silences nothing: the
          alert resolves by itself when its figure is fine again.
        </p>
      }
      done={({ acknowledged_by }) => (
        <p>
          Acknowledged by <Author of={acknowledged_by} />.
        </p>
      )}
    />
  );
}

const factsOf = (alert: Alert) => ({
  State: <StateBadge state={alert.state} />,
  Severity: <StateBadge state={alert.severity} />,
  ...alert.subject !== null && { Subject: wordsOf(alert.subject) },
  "Figure when last over the threshold": alert.value,
  Threshold: alert.threshold,
  "Minutes over the threshold": alert.count,
  Since: <Moment at={alert.fired_at} />,
  "Last seen": <Moment at={alert.last_seen_at} />,
  Resolved: <Moment at={alert.resolved_at} />,
  ...alert.acknowledged_by !== null && {
    "Acknowledged by": <Author of={alert.acknowledged_by} />,
    Acknowledged: <Moment at={alert.acknowledged_at} />,
  },
});

export function AlertPage() {
  const { id = "" } = useParams();
  const reading = useRead("/alerts/{id}", { path: { id } }, { readsOnFocus: true });
  return (
    <Page title="Alert">
      <Known reading={reading} title="The alert" placeholder="h-96">
        {(alert) => (
          // The table of causes has the whole width, so that its last columns are visible: an
          // operator needs them in order to act.
          <div className="grid gap-8 *:min-w-0">
            <Section title={titleOf(alert.rule)}>
              <p>{alert.summary}</p>
              <Facts facts={factsOf(alert)} />
              {alert.state === "open" && (
                <div>
                  <Acknowledge alert={alert} />
                </div>
              )}
            </Section>
            <Section title="Its causes now">
              <Evidence rule={alert.rule} />
            </Section>
            <Section title="Runbook">
              <Runbook path={alert.runbook} />
            </Section>
          </div>
        )}
      </Known>
    </Page>
  );
}
