import type { ReactNode } from "react";
import { Link } from "wouter";
import { DataTable, type TableOf } from "../../parts/data-table.tsx";
import { Section } from "../../parts/page.tsx";

interface NewestItemsProps<Item> {
  /**
   * The newest items. `path` is the API's path of the whole list; null if the API has no such path.
   */
  readonly of: {
    readonly items: readonly Item[];
    readonly has_more: boolean;
    readonly path: string | null;
  };
  readonly table: TableOf<Item>;
  /** The console's page with the whole list. */
  readonly whole?: string;
  readonly children?: ReactNode;
}

/** A part of a customer's page: the newest items of a list, and a link to the whole list. */
export function NewestItems<Item>({ of, table, whole, children }: NewestItemsProps<Item>) {
  const { caption, ...rest } = table;
  return (
    <Section title={caption}>
      {children}
      <DataTable caption={caption} {...rest} items={of.items} />
      {of.has_more && (
        <p className="text-sm text-muted-foreground">
          Only the newest are shown.
        </p>
      )}
      {whole !== undefined && of.path !== null && of.items.length > 0 && (
        <p className="text-sm">
          <Link href={whole} className="underline underline-offset-2">
            {`Whole list: ${caption.toLowerCase()}`}
          </Link>
        </p>
      )}
    </Section>
  );
}
