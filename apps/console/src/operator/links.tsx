/** Shows ids as links to their pages, and says in words who made a change. */
import { Link } from "wouter";
import { Id } from "../parts/figures.tsx";
import { useSignedIn } from "../session/context.tsx";

interface LinkToProps {
  /** The first part of the page's path, such as "/orders". The id follows it. */
  readonly under: string;
  readonly id: string | null | undefined;
  /** A text to show instead of the id. */
  readonly as?: string;
}

/**
 * Shortens a long id. Keeps its last characters, too, because ids made in the same minute begin
 * alike.
 */
const shortOf = (id: string): string => id.length <= 18 ? id : `${id.slice(0, 8)}…${id.slice(-4)}`;

/** Links an id to the page of its record. That page shows the id in full. */
export function LinkTo({ under, id, as }: LinkToProps) {
  if (!id) return <Id of={id} />;
  return (
    <Link
      href={`${under}/${encodeURIComponent(id)}`}
      title={id}
      className="break-words underline underline-offset-2"
    >
      {as ?? <code className="text-xs whitespace-nowrap">{shortOf(id)}</code>}
    </Link>
  );
}

type Known = Omit<LinkToProps, "under">;

export const CustomerLink = (props: Known) => <LinkTo under="/customers" {...props} />;
export const OrderLink = (props: Known) => (
  <LinkTo
    under="/orders"
    {...props}
  />
);

const AUTHORS: Readonly<Partial<Record<string, string>>> = {
  key: "secret key",
  task: "scheduled task",
  sql: "SQL session of",
};

/**
 * The author of the changes that the installation made. It looks like `task:<name>`, the author of
 * a scheduled task's changes, but there is no such task.
 */
const INSTALLATION = "task:install";

const BY_THEMSELVES: Readonly<Partial<Record<string, string>>> = {
  owner: "the customer",
  provider: "the provider",
  stripe: "Stripe",
  operator: "an operator",
};

/**
 * The author of a change. The text `operator:<id>` links to that operator, and `stripe:<event>` to
 * that event.
 */
export function Author({ of }: { readonly of: string | null }) {
  const { person } = useSignedIn();
  if (of === null) return <Id of={null} />;
  if (of === INSTALLATION) return <>the installation</>;
  const [kind = "", ...rest] = of.split(":");
  const name = rest.join(":");
  if (name === "") return <>{BY_THEMSELVES[kind] ?? of}</>;
  if (kind === "operator") {
    return (
      <>
        operator <CustomerLink id={name} {...name === person.userId && { as: "you" }} />
      </>
    );
  }
  if (kind === "stripe") {
    return (
      <>
        Stripe event <LinkTo under="/events" id={name} />
      </>
    );
  }
  const words = AUTHORS[kind];
  return <>{words === undefined ? of : `${words} ${name}`}</>;
}
