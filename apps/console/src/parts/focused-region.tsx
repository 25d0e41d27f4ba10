import { type ReactNode, useLayoutEffect, useRef } from "react";

interface FocusedRegionProps {
  readonly children: ReactNode;
}

/**
 * Takes the focus from the button that opened the region, unless a field in the region already has
 * it. The button is then hidden, so the browser would drop its focus. A layout effect moves the
 * focus before that. A dialog would restore a dropped focus too late, and would take the focus away
 * from a field that has received it in the meantime.
 */
export function FocusedRegion({ children }: FocusedRegionProps) {
  const region = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    if (!region.current?.contains(document.activeElement)) region.current?.focus();
  }, []);
  return <div ref={region} tabIndex={-1} className="grid gap-4 outline-none">{children}</div>;
}
