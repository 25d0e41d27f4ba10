import { type ReactNode, useLayoutEffect, useRef } from "react";

interface FocusedRegionProps {
  readonly children: ReactNode;
}

/**
 * Takes the focus from the button that opened the region, unless a field in the region already has
 * it. A layout effect moves the focus before the browser can drop it because the button is hidden.
 * A dialog would restore a dropped focus late, and take it from a field that got it meanwhile.
 */
export function FocusedRegion({ children }: FocusedRegionProps) {
  const region = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    if (!region.current?.contains(document.activeElement)) region.current?.focus();
  }, []);
  return <div ref={region} tabIndex={-1} className="grid gap-4 outline-none">{children}</div>;
}
