/**
 * The fields of the settings' forms, and the functions that read the entered values for the API.
 */
import { useId } from "react";
import { Label } from "@/components/ui/label";
import { Textarea } from "@/components/ui/textarea";
import { TextField } from "../../parts/form-fields.tsx";

interface LinesProps {
  readonly name: string;
  readonly label: string;
  readonly value: readonly string[];
}

/** A field for a list, with one item per line. */
export function LinesField({ name, label, value }: LinesProps) {
  const id = useId();
  return (
    <div className="grid gap-1.5">
      <Label htmlFor={id}>{label}</Label>
      <Textarea id={id} name={name} defaultValue={value.join("\n")} rows={10} />
    </div>
  );
}

/** A field for the time at which a change begins. */
export const FromField = ({ hint }: { readonly hint: string }) => (
  <TextField name="effective_from" label="Begins (UTC)" hint={hint} />
);

export const FROM_MOMENT =
  "Leave it empty to begin now, or enter a time such as 2027-01-01T00:00:00Z.";

/** Returns the field's text. For a missing field, returns an empty text. */
export const textOf = (form: FormData, name: string): string => String(form.get(name) ?? "").trim();

/** Returns the values of the named fields, without empty values. */
export function givenOf<Name extends string>(
  form: FormData,
  names: readonly Name[],
): { [Key in Name]?: string } {
  const given = names.map((name) => [name, textOf(form, name)] as const);
  return Object.fromEntries(given.filter(([, text]) => text !== "")) as {
    [Key in Name]?: string;
  };
}
