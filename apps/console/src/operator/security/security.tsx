/** An operator's second factor: the authenticator apps, and how one is added and removed. */
import { DataTable } from "../../parts/data-table.tsx";
import { ChangeDialog } from "../../parts/change-dialog.tsx";
import { CodeForm } from "../../parts/code-form.tsx";
import { Moment } from "../../parts/figures.tsx";
import { Known } from "../../parts/known.tsx";
import { Page, Section } from "../../parts/page.tsx";
import { type Authenticator, useAuthenticators, useRemove } from "../../reads/use-factors.ts";
import { useSignedIn } from "../../session/context.tsx";
import { AddAuthenticator } from "./add-authenticator.tsx";

interface OfList {
  readonly authenticators: readonly Authenticator[];
}

interface RemoveProps {
  readonly app: Authenticator;
  readonly isLast: boolean;
  readonly isOffered: boolean;
}

function Remove({ app: { id, friendly_name }, isLast, isOffered }: RemoveProps) {
  const change = useRemove();
  return (
    <ChangeDialog
      action="Remove"
      title={`Remove ${friendly_name || "the authenticator app"}`}
      isDestructive
      isOffered={isOffered}
      change={change}
      inputOf={() => id}
      preview={
        <p className="text-sm">
          {isLast
            ? "This session then has no second factor. The app is your last one: while the project " +
              "requires a second factor, you can change nothing until you have added another app."
            : "If the session was verified by this app, it then has no second factor until you " +
              "enter a code of another app."}
        </p>
      }
      done={() => "The authenticator app is removed."}
    />
  );
}

function List({ authenticators }: OfList) {
  const { person: { secondFactor } } = useSignedIn();
  const isLast = authenticators.length === 1;
  return (
    <DataTable
      caption="Authenticator apps"
      items={authenticators}
      keyOf={({ id }) => id}
      empty="You have no authenticator app."
      columns={[
        { title: "Name", cell: ({ friendly_name }) => friendly_name || "without a name" },
        { title: "Added", cell: ({ created_at }) => <Moment at={created_at} /> },
        {
          title: "Change",
          // `Remove` stays in the page even when its button is hidden. Removing an app can end the
          // session's second factor. The operator must then enter a code, and until then the
          // buttons are hidden. But the open dialog must still say what was done.
          cell: (app) => (
            <>
              {secondFactor === "due" && "enter a code first"}
              <Remove app={app} isLast={isLast} isOffered={secondFactor !== "due"} />
            </>
          ),
        },
      ]}
    />
  );
}

const SAYS = {
  none: "This session has no second factor.",
  due: "This session has no second factor yet. Enter a code of your authenticator app.",
  verified: "This session has the second factor.",
} as const;

function ThisSession({ authenticators }: OfList) {
  const { person: { secondFactor } } = useSignedIn();
  // Another window may have enrolled a factor that the stored session does not contain yet. So the
  // list of authenticator apps is checked, too.
  const isDue = secondFactor !== "verified" && authenticators.length > 0;
  return (
    <div className="grid max-w-md gap-4">
      <p role="status">{SAYS[isDue ? "due" : secondFactor]}</p>
      {isDue && (
        <CodeForm
          {...{ authenticators }}
          action="Verify"
          onVerified={() => {}}
          takesFocus={false}
        />
      )}
    </div>
  );
}

export function SecurityPage() {
  const { person: { secondFactor } } = useSignedIn();
  const reading = useAuthenticators();
  return (
    <Page
      title="Security"
      lead="The project can require a second factor for operators' changes: the code of an authenticator app."
    >
      <Known reading={reading} title="Your authenticator apps">
        {(authenticators) => (
          <>
            <Section title="This session">
              <ThisSession {...{ authenticators }} />
            </Section>
            <Section title="Authenticator apps">
              <List {...{ authenticators }} />
              {(secondFactor === "verified" || authenticators.length === 0) && (
                <AddAuthenticator
                  names={authenticators.map(({ friendly_name }) => friendly_name)}
                />
              )}
            </Section>
          </>
        )}
      </Known>
    </Page>
  );
}
