import { Suspense, useEffect, useState } from "react";
import { Route, Switch, useLocation } from "wouter";
import { Button } from "@/components/ui/button";
import { Skeleton } from "@/components/ui/skeleton";
import { Page } from "../parts/page.tsx";
import { useSignedIn } from "../session/context.tsx";
import { signOut } from "../session/sign-out.ts";
import { Menu } from "./menu.tsx";
import { type Area, areasOf } from "./pages.tsx";

function NotFound() {
  return (
    <Page title="There is no such page">
      <p>The address names no page that you may open. Choose one from the menu.</p>
    </Page>
  );
}

function Pages({ areas }: { readonly areas: readonly Area[] }) {
  const loading = <Skeleton role="status" aria-label="The page is loading" className="h-64" />;
  return (
    <Suspense fallback={loading}>
      <Switch>
        {areas.flatMap(({ pages }) => pages).map(({ path, page }) => (
          <Route key={path} path={path} component={page} />
        ))}
        <Route component={NotFound} />
      </Switch>
    </Suspense>
  );
}

/**
 * If the URL names no page, shows an operator the overview. An operator whom Stripe sent back to
 * the console stays where Stripe sent them.
 */
function useFirstPage(isOperator: boolean): void {
  const [, navigate] = useLocation();
  useEffect(() => {
    const { hash, search } = location;
    if (isOperator && hash === "" && search === "") navigate("/overview", { replace: true });
  }, [isOperator, navigate]);
}

/** The header, the menu, and the page that the address names. */
export function Shell() {
  const signedIn = useSignedIn();
  const { person } = signedIn;
  useFirstPage(person.isOperator);
  const [isMenuOpen, setMenuOpen] = useState(false);
  const areas = areasOf(person.isOperator);
  return (
    <>
      <header className="flex items-center gap-4 border-b px-4 py-2">
        <Button
          variant="outline"
          size="sm"
          className="lg:hidden"
          aria-expanded={isMenuOpen}
          onClick={() => setMenuOpen(!isMenuOpen)}
        >
          Menu
        </Button>
        <p className="font-semibold max-sm:hidden">Farthing</p>
        <p
          className="ml-auto min-w-0 truncate text-sm text-muted-foreground"
          title={person.email}
        >
          {person.email}
        </p>
        <Button variant="ghost" size="sm" onClick={() => signOut(signedIn)}>
          Sign out
        </Button>
      </header>
      <div className="mx-auto grid max-w-screen-2xl lg:grid-cols-[14rem_1fr]">
        <div className={isMenuOpen ? "p-4" : "hidden p-4 lg:block"}>
          <Menu areas={areas} label="Pages" onChoose={() => setMenuOpen(false)} />
        </div>
        <main className="min-w-0 p-4 lg:p-8">
          <Pages areas={areas} />
        </main>
      </div>
    </>
  );
}
