import { AutoTopUp } from "@/components/farthing/auto-top-up";
import { Facts } from "../parts/facts.tsx";
import { ChangeDialog } from "../parts/change-dialog.tsx";
import { Credits, Moment } from "../parts/figures.tsx";
import { TextField } from "../parts/form-fields.tsx";
import { Known } from "../parts/known.tsx";
import { Page, Section } from "../parts/page.tsx";
import { useChange } from "../reads/use-change.ts";
import { useRead } from "../reads/use-read.ts";

const capOf = (daily: string | null) => daily === null ? "none" : <Credits of={daily} />;

/** Changes the user's own daily spend cap. */
function ChangeCap() {
  const change = useChange("post", "/credits/spend-cap");
  return (
    <ChangeDialog
      action="Change the cap"
      title="Daily cap"
      change={change}
      inputOf={(form) => {
        const daily = String(form.get("daily")).trim();
        return { body: { daily: daily === "" ? null : daily } };
      }}
      done={({ daily }) => (
        <p>
          The daily cap is now: {capOf(daily)}.
        </p>
      )}
    >
      <TextField
        name="daily"
        label="Credits"
        inputMode="decimal"
        hint="Spending beyond the cap is refused until midnight UTC. Leave it empty to remove your own cap."
      />
    </ChangeDialog>
  );
}

function Cap() {
  const reading = useRead("/credits/spend-cap", {}, { readsOnFocus: true });
  return (
    <Known reading={reading} title="The cap" placeholder="h-24">
      {({ daily, own_daily, imposed_daily, spent_today, resets_at }) => (
        <div className="grid justify-items-start gap-4">
          <Facts
            facts={{
              "Daily cap": capOf(daily),
              "Set by you": capOf(own_daily),
              "Set by the app": capOf(imposed_daily),
              "Spent today": <Credits of={spent_today} />,
              "The next day begins": <Moment at={resets_at} />,
            }}
          />
          <ChangeCap />
        </div>
      )}
    </Known>
  );
}

export function TopUpsPage() {
  return (
    <Page
      title="Top-ups and cap"
      lead="Buy credits automatically, and limit how much you spend in a day."
    >
      <div className="max-w-xl">
        <AutoTopUp />
      </div>
      <Section title="Cap">
        <Cap />
      </Section>
    </Page>
  );
}
