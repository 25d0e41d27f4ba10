import type { ReactNode } from "react";
import { Link } from "wouter";

/** Figures side by side, as many as fit. */
export function Tiles({ children }: { readonly children: ReactNode }) {
  return <ul className="grid gap-3 sm:grid-cols-2 xl:grid-cols-4">{children}</ul>;
}

interface TileProps {
  readonly title: string;
  /** The page that explains the figure. */
  readonly href?: string;
  readonly children: ReactNode;
}

export function Tile({ title, href, children }: TileProps) {
  return (
    <li className="grid min-w-0 content-start gap-2 rounded-md border p-4">
      <h3 className="text-sm font-medium">
        {href === undefined ? title : <Link href={href} className="underline">{title}</Link>}
      </h3>
      {children}
    </li>
  );
}

interface LineProps {
  readonly name: string;
  readonly children: ReactNode;
}

/** One of several figures in a tile. */
export function Line({ name, children }: LineProps) {
  return (
    <p className="flex flex-wrap items-baseline justify-between gap-x-4 text-sm">
      <span className="text-muted-foreground">{name}</span>
      <span className="font-medium tabular-nums">{children}</span>
    </p>
  );
}
