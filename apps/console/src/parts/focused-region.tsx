import { type ReactNode, useLayoutEffect, useRef } from "react";

interface FocusedRegionProps {
  /** The id of the text that names the region for a screen reader. */
  readonly labelledBy?: string;
  readonly children: ReactNode;
}

/**
 * Moves the focus into this region when it appears, unless a field in the region already has the
 * focus. The region appears because the user pressed a button. This button is then hidden or
 * removed, and loses the focus. A layout effect moves the focus before that. Otherwise the dialog
 * around the region would restore the lost focus later, and take it from the field that has it by
 * then.
 */
export function FocusedRegion({ labelledBy, children }: FocusedRegionProps) {
  const region = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    if (!region.current?.contains(document.activeElement)) region.current?.focus();
  }, []);
  return (
    <div
      ref={region}
      tabIndex={-1}
      role={labelledBy && "group"}
      aria-labelledby={labelledBy}
      className="grid gap-4 outline-none"
    >
      {children}
    </div>
  );
}
