import type { ReactNode } from "react";
import { Button } from "@/components/ui/button";
import { FocusedRegion } from "./focused-region.tsx";

interface OutcomeProps {
  readonly close: () => void;
  readonly children: ReactNode;
}

/**
 * Says in a dialog what was done. The button that made the change is gone, so the outcome takes its
 * focus.
 */
export function Outcome({ close, children }: OutcomeProps) {
  return (
    <FocusedRegion>
      <div role="status">{children}</div>
      <Button onClick={close}>Close</Button>
    </FocusedRegion>
  );
}
