import { type ReactNode, useLayoutEffect, useRef } from "react";

interface FocusedRegionProps {
  readonly children: ReactNode;
}

/**
 * Takes the focus from the button that led here, unless a field in it already has the focus. If that
 * button is hidden, the focus moves before the browser removes it: a dialog restores a lost focus
 * late, and would take it from a field that got it in the meantime.
 */
export function FocusedRegion({ children }: FocusedRegionProps) {
  const region = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    if (!region.current?.contains(document.activeElement)) region.current?.focus();
  }, []);
  return <div ref={region} tabIndex={-1} className="grid gap-4 outline-none">{children}</div>;
}
