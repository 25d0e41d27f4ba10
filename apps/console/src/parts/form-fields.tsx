import { type ComponentProps, useId } from "react";
import { Input } from "@/components/ui/input";
import { Label } from "@/components/ui/label";
import { Textarea } from "@/components/ui/textarea";
import { amountPattern } from "@/lib/farthing-format";
import { wordsOf } from "./api-names.ts";

const SELECT = [
  "h-9 rounded-lg border border-input bg-background px-2 text-sm outline-none",
  "focus-visible:border-ring focus-visible:ring-3 focus-visible:ring-ring/50",
].join(" ");

/** A choice without a label, with the look of the other fields. */
export const Select = (props: ComponentProps<"select">) => <select {...props} className={SELECT} />;

/**
 * The last day that a field of type `date` accepts. Without this limit the year may have six
 * digits.
 */
const LAST_DAY = "9999-12-31";

/** Returns the limits that a field of this type needs. */
export const limitsOf = (type: string | undefined): { readonly max?: string } =>
  type === "date" ? { max: LAST_DAY } : {};

type TextFieldProps = ComponentProps<typeof Input> & {
  readonly label: string;
  readonly hint?: string;
};

/** A labelled field of a form. */
export function TextField({ label, hint, ...props }: TextFieldProps) {
  const id = useId();
  return (
    <div className="grid gap-1.5">
      <Label htmlFor={id}>{label}</Label>
      <Input
        id={id}
        aria-describedby={hint ? `${id}-hint` : undefined}
        {...limitsOf(props.type)}
        {...props}
      />
      {hint && <p id={`${id}-hint`} className="text-xs text-muted-foreground">{hint}</p>}
    </div>
  );
}

type MoneyFieldProps = TextFieldProps & {
  readonly currency: string;
};

/** A labelled amount in a currency, with no more decimals than the currency has. */
export const MoneyField = ({ currency, ...props }: MoneyFieldProps) => (
  <TextField
    inputMode="decimal"
    pattern={amountPattern(currency)}
    title={`An amount in ${currency.toUpperCase()}, with a point before its decimals`}
    {...props}
  />
);

interface SelectFieldProps {
  readonly name: string;
  readonly label: string;
  /** The choices. The empty text is the choice "all". */
  readonly values: readonly string[];
  /** The initially selected value; by default the first one of `values`. */
  readonly value?: string;
}

/** A labelled choice of one of the API's values. */
export function SelectField({ name, label, values, value }: SelectFieldProps) {
  const id = useId();
  return (
    <div className="grid gap-1.5">
      <Label htmlFor={id}>{label}</Label>
      <Select {...{ id, name }} defaultValue={value}>
        {values.map((each) => (
          <option key={each} value={each}>{each === "" ? "all" : wordsOf(each)}</option>
        ))}
      </Select>
    </div>
  );
}

/** A field for the reason of an operator's change. The reason is stored with the change. */
export function ReasonField({ hint }: { readonly hint?: string }) {
  const id = useId();
  return (
    <div className="grid gap-1.5">
      <Label htmlFor={id}>Reason</Label>
      <Textarea id={id} name="reason" required maxLength={500} />
      <p className="text-xs text-muted-foreground">{hint ?? "Stored with the change."}</p>
    </div>
  );
}
