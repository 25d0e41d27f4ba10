import { type ReactNode, useLayoutEffect, useRef } from "react";

interface FocusedRegionProps {
  readonly children: ReactNode;
}

/**
 * Moves the focus into this region from the button that opened the region. If a field in the region
 * already has the focus, does nothing. The button is hidden when the region opens, and a hidden
 * button loses the focus, so a layout effect moves the focus before that. If the focus were lost, a
 * dialog would restore it later, and would take it away from a field that has received it in the
 * meantime.
 */
export function FocusedRegion({ children }: FocusedRegionProps) {
  const region = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    if (!region.current?.contains(document.activeElement)) region.current?.focus();
  }, []);
  return <div ref={region} tabIndex={-1} className="grid gap-4 outline-none">{children}</div>;
}
