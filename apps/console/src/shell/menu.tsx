import { Link, useLocation } from "wouter";
import type { Area } from "./pages.tsx";

const LOOK = [
  "block rounded-md px-3 py-1.5 text-sm outline-none hover:bg-muted",
  "focus-visible:ring-3 focus-visible:ring-ring/50",
  "aria-[current=page]:bg-muted aria-[current=page]:font-medium",
].join(" ");

/** Whether this page, or a page below it, is open. */
const isOpen = (path: string, location: string): boolean =>
  location === path || path !== "/" && location.startsWith(`${path}/`);

interface MenuProps {
  readonly areas: readonly Area[];
  readonly label: string;
  readonly onChoose?: () => void;
}

/** Links to all pages that the person may open. */
export function Menu({ areas, label, onChoose }: MenuProps) {
  const [location] = useLocation();
  return (
    <nav aria-label={label} className="grid gap-6">
      {areas.map(({ title, pages }) => (
        <div key={title}>
          <p className="px-3 pb-1 text-xs font-medium text-muted-foreground">{title}</p>
          <ul>
            {pages.map(({ path, menu }) =>
              menu !== undefined && (
                <li key={path}>
                  <Link
                    href={path}
                    className={LOOK}
                    aria-current={isOpen(path, location) ? "page" : undefined}
                    onClick={onChoose}
                  >
                    {menu}
                  </Link>
                </li>
              )
            )}
          </ul>
        </div>
      ))}
    </nav>
  );
}
