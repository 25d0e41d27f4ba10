import { type ReactNode, useEffect, useRef } from "react";

interface PageProps {
  readonly title: string;
  /** One sentence on what the page is for. */
  readonly lead?: ReactNode;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

/** A page. Its heading gets the focus when the page opens, so that a screen reader reads it out. */
export function Page({ title, lead, actions, children }: PageProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · Farthing console`;
    heading.current?.focus({ preventScroll: true });
    scrollTo(0, 0);
  }, [title]);
  return (
    <div className="in-order grid gap-6 *:min-w-0">
      <div className="flex flex-wrap items-start justify-between gap-4">
        <div className="grid min-w-0 gap-1">
          <h1
            ref={heading}
            tabIndex={-1}
            className="text-2xl font-semibold tracking-tight break-words outline-none"
          >
            {title}
          </h1>
          {lead && <p className="max-w-prose text-muted-foreground">{lead}</p>}
        </div>
        {actions}
      </div>
      {children}
    </div>
  );
}

interface SectionProps {
  readonly title: string;
  readonly children: ReactNode;
}

/** A part of a page, with a heading. */
export function Section({ title, children }: SectionProps) {
  return (
    <section className="in-order grid gap-3 *:min-w-0">
      <h2 className="text-lg font-semibold">{title}</h2>
      {children}
    </section>
  );
}
