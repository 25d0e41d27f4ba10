import { type ReactNode, useLayoutEffect, useRef } from "react";

interface SeenFirstProps {
  readonly children: ReactNode;
}

/**
 * Shows what a change would do, and takes the focus from the button that asked for it. The focus is
 * not on the button that makes the change, so that another Enter does nothing.
 */
export function SeenFirst({ children }: SeenFirstProps) {
  const region = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => region.current?.focus(), []);
  return <div ref={region} tabIndex={-1} className="grid gap-4 outline-none">{children}</div>;
}
