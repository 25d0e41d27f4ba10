import { type FormEvent, type ReactNode, useRef, useState } from "react";
import { Trouble } from "@/components/farthing/trouble";
import { Button } from "@/components/ui/button";
import {
  Dialog,
  DialogContent,
  DialogDescription,
  DialogHeader,
  DialogTitle,
} from "@/components/ui/dialog";
import { ConfirmButton } from "../../parts/confirm-button.tsx";
import { None } from "../../parts/figures.tsx";
import { ReasonField } from "../../parts/form-fields.tsx";
import { FocusedRegion } from "../../parts/focused-region.tsx";
import { Outcome } from "../../parts/outcome.tsx";
import { SecondFactorForChange } from "../../parts/second-factor-for-change.tsx";
import { useSignedIn } from "../../session/context.tsx";
import { Diff } from "./diff.tsx";
import { KeptFields } from "./kept-fields.tsx";
import {
  type SettingsChange,
  type SettingsPath,
  useSettingsChange,
  type Wanted,
} from "./use-settings-change.ts";

interface ChangeSettingsProps<P extends SettingsPath> {
  readonly path: P;
  /** The version of the settings that the page shows. */
  readonly version: string;
  /** The button that opens the dialog. */
  readonly action: string;
  /** Names what is changed, such as "Package starter". */
  readonly title: string;
  /**
   * If false, the button is not shown. An open dialog stays open, because it says what was saved.
   */
  readonly isOffered?: boolean;
  /** The fields of the form. Without them the dialog shows at once what will change. */
  readonly children?: ReactNode;
  readonly wantedOf: (form: FormData) => Wanted<P>;
}

/**
 * Changes settings in two steps: the service says what would change, and the operator saves the
 * change with a reason. If somebody else has changed the settings meanwhile, nothing is saved, and
 * the form gets the new values.
 */
export function ChangeSettings<P extends SettingsPath>(props: ChangeSettingsProps<P>) {
  const { path, version, action, title, isOffered = true, children, wantedOf } = props;
  const { person } = useSignedIn();
  const [isOpen, setOpen] = useState(false);
  const change = useSettingsChange(path, version);
  const { checked, checking, saving } = change;
  const isChecked = checked !== undefined;
  const canSave = isChecked && checked.changes.length > 0;
  const popup = useRef<HTMLDivElement>(null);
  const isDone = saving.state === "done" && saving.result !== undefined;
  const open = () => {
    change.reset();
    setOpen(true);
    if (children === undefined) change.check(wantedOf(new FormData()));
  };
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    // Holding the Enter key down submits the form repeatedly, so repeated submissions are ignored.
    if (isChecked || checking.state === "busy") return;
    change.check(wantedOf(new FormData(event.currentTarget)));
  };
  return (
    <>
      {isOffered
        ? (
          <Button variant="outline" size="sm" onClick={open} aria-label={`${action}: ${title}`}>
            {action}
          </Button>
        )
        : <None />}
      <Dialog open={isOpen} onOpenChange={setOpen}>
        <DialogContent ref={popup} initialFocus={children === undefined ? popup : true}>
          <DialogHeader>
            <DialogTitle>{title}</DialogTitle>
            <DialogDescription>In your name: {person.email}</DialogDescription>
          </DialogHeader>
          {isDone
            ? <Saved version={saving.result!.version} close={() => setOpen(false)} />
            : (
              <SecondFactorForChange attempts={[saving, checking]}>
                <form onSubmit={submit} className="grid gap-4 *:min-w-0">
                  {children !== undefined && (
                    <KeptFields version={version} isHidden={isChecked}>{children}</KeptFields>
                  )}
                  {isChecked && (
                    <FocusedRegion>
                      <Diff {...checked} />
                    </FocusedRegion>
                  )}
                  {canSave && <ReasonField />}
                  <Refused {...{ checking, saving }} />
                  <Buttons
                    hasFields={children !== undefined}
                    isChecked={isChecked}
                    canSave={canSave}
                    isBusy={checking.state === "busy" || saving.state === "busy"}
                    back={change.reset}
                    save={(form) => change.save(String(form.get("reason")))}
                  />
                </form>
              </SecondFactorForChange>
            )}
        </DialogContent>
      </Dialog>
    </>
  );
}

type RefusedProps = Pick<SettingsChange<SettingsPath>, "checking" | "saving">;

const Refused = ({ checking, saving }: RefusedProps) => (
  <>
    {checking.state === "failed" && <Trouble title="Not possible" error={checking.error} />}
    {saving.state === "failed" && <Trouble title="Not saved" error={saving.error} />}
  </>
);

interface SavedProps {
  readonly version: string;
  readonly close: () => void;
}

const Saved = ({ version, close }: SavedProps) => (
  <Outcome close={close}>{`Saved as version ${version} of these settings.`}</Outcome>
);

interface ButtonsProps {
  readonly hasFields: boolean;
  readonly isChecked: boolean;
  readonly canSave: boolean;
  readonly isBusy: boolean;
  readonly back: () => void;
  readonly save: (form: FormData) => void;
}

function Buttons(
  { hasFields, isChecked, canSave, isBusy, back, save }: ButtonsProps,
) {
  return (
    <div className="flex flex-wrap justify-end gap-2">
      {isChecked && hasFields && <Button variant="outline" onClick={back}>Back</Button>}
      {canSave && <ConfirmButton isBusy={isBusy} onConfirm={save}>Save</ConfirmButton>}
      {!isChecked && (
        <Button type="submit" aria-disabled={isBusy}>
          {isBusy ? "Working…" : "Show what will change"}
        </Button>
      )}
    </div>
  );
}
