import { type FormEvent, type ReactNode, useId } from "react";
import { useSearchParams } from "wouter";
import { Button } from "@/components/ui/button";
import { Input } from "@/components/ui/input";
import { Label } from "@/components/ui/label";
import { limitsOf, Select } from "./form-fields.tsx";
import { wordsOf } from "./api-names.ts";

interface FieldProps {
  readonly name: string;
  readonly label: string;
}

const FIELD = "grid gap-1.5";

type ChoiceProps = FieldProps & {
  readonly values: readonly string[];
  /**
   * Formats a value the way the page's table shows it. Without this function, the value is shown as
   * plain words (`not_sent` becomes "not sent").
   */
  readonly nameOf?: (value: string) => string;
  /**
   * The text of the empty choice. It says what the API does if this filter is not set. The default
   * is "all".
   */
  readonly without?: string;
};

/** A filter with a list of values, of which the user chooses one or all. */
export function Choice({ name, label, values, nameOf = wordsOf, without = "all" }: ChoiceProps) {
  const [address] = useSearchParams();
  const id = useId();
  return (
    <div className={FIELD}>
      <Label htmlFor={id}>{label}</Label>
      <Select {...{ id, name }} defaultValue={address.get(name) ?? ""}>
        <option value="">{without}</option>
        {values.map((value) => <option key={value} value={value}>{nameOf(value)}</option>)}
      </Select>
    </div>
  );
}

/** A text or a day to filter by. */
export function Field({ name, label, type = "text" }: FieldProps & { readonly type?: string }) {
  const [address] = useSearchParams();
  const id = useId();
  return (
    <div className={FIELD}>
      <Label htmlFor={id}>{label}</Label>
      <Input {...{ id, name, type, ...limitsOf(type) }} defaultValue={address.get(name) ?? ""} />
    </div>
  );
}

/**
 * The filters of a page. They are part of the page's address, so that a copied address shows the
 * same rows. Read them with `useFilters`.
 */
export function Filters({ children }: { readonly children: ReactNode }) {
  const [address, set] = useSearchParams();
  const show = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = [...new FormData(event.currentTarget)];
    set(form.flatMap(([name, value]) => value === "" ? [] : [[name, String(value)]]));
  };
  return (
    // If the address changes, for example by the back button, the new key makes React fill the
    // fields again.
    <form key={address.toString()} onSubmit={show} className="flex flex-wrap items-end gap-3">
      {children}
      <Button type="submit" variant="outline">Show</Button>
    </form>
  );
}

/**
 * Returns the filters that have one of these names and are set in the page's address. The result is
 * a query of the API.
 */
export function useFilters<Name extends string>(
  ...names: readonly Name[]
): { readonly [Key in Name]?: string } {
  const [address] = useSearchParams();
  const set = names.flatMap((name) => {
    const value = address.get(name);
    return value ? [[name, value]] : [];
  });
  return Object.fromEntries(set);
}

/** Filters as a query. The service checks the values, and names those that it refuses. */
export const queryOf = <Query,>(
  filters: Readonly<Record<string, string | undefined>>,
): Query => filters as Query;
