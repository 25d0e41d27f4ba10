import { type ReactNode, useId } from "react";
import { Button } from "@/components/ui/button";
import { FocusedRegion } from "./focused-region.tsx";

interface OutcomeProps {
  readonly close: () => void;
  readonly children: ReactNode;
}

/**
 * Says in a dialog what was done. The outcome takes the focus, because the button that had the focus
 * is gone.
 */
export function Outcome({ close, children }: OutcomeProps) {
  const id = useId();
  return (
    <FocusedRegion labelledBy={id}>
      <div id={id} role="status">{children}</div>
      <Button onClick={close}>Close</Button>
    </FocusedRegion>
  );
}
