/** The form of a package, and the conversion of its fields into the terms that the API takes. */
import type { PackageSetting, PackageTerms } from "@farthing/client";
import { toMinorUnits, toUnits } from "@/lib/farthing-format";
import { MoneyField, SelectField, TextField } from "../../parts/form-fields.tsx";
import { FROM_MOMENT, FromField, givenOf, textOf } from "./fields.tsx";

interface FormProps {
  /** Undefined for a new package. */
  readonly package?: PackageSetting;
}

export function PackageForm({ package: known }: FormProps) {
  return (
    <>
      {!known && (
        <TextField name="slug" label="Slug" required hint="The slug can't be changed later." />
      )}
      <TextField name="name" label="Name" required defaultValue={known?.name} />
      <TextField
        name="description"
        label="Description"
        defaultValue={known?.description ?? ""}
      />
      <TextField
        name="credits"
        label="Credits"
        required
        defaultValue={known?.credits}
      />
      <TextField
        name="bonus_credits"
        label="Bonus"
        defaultValue={known?.bonus_credits ?? "0"}
      />
      {known?.prices.map(({ currency, amount }) => (
        <MoneyField
          key={currency}
          name={`price ${currency}`}
          label={`Price in ${currency.toUpperCase()}`}
          currency={currency}
          defaultValue={toUnits(amount, currency)}
        />
      ))}
      <TextField
        name="currency"
        label={known ? "Another currency" : "Currency"}
        required={!known}
        maxLength={3}
        hint="A code such as eur."
      />
      <TextField
        name="price"
        label="Price in that currency"
        inputMode="decimal"
        required={!known}
      />
      <TextField
        name="sort"
        label="Position"
        type="number"
        defaultValue={known?.sort ?? 0}
      />
      <SelectField
        name="highlight"
        label="Highlighted"
        values={["no", "yes"]}
        value={known?.highlight ? "yes" : "no"}
      />
      <FromField hint={FROM_MOMENT} />
    </>
  );
}

/** Reads the prices of the form. Emptying the field of a price removes the price. */
function pricesOf(form: FormData, known: PackageSetting | undefined) {
  const old = known?.prices.map((
    { currency },
  ) => [currency, textOf(form, `price ${currency}`)]);
  const added = [textOf(form, "currency").toLowerCase(), textOf(form, "price")];
  return [...old ?? [], added].flatMap(([currency = "", units = ""]) =>
    currency === "" || units === "" ? [] : [{ currency, amount: toMinorUnits(units, currency) }]
  );
}

export function termsOfForm(
  form: FormData,
  known?: PackageSetting,
): PackageTerms {
  return {
    slug: known?.slug ?? textOf(form, "slug"),
    name: textOf(form, "name"),
    credits: textOf(form, "credits"),
    bonus_credits: textOf(form, "bonus_credits") || "0",
    prices: pricesOf(form, known),
    sort: Number(textOf(form, "sort")),
    highlight: form.get("highlight") === "yes",
    ...givenOf(form, ["description", "effective_from"]),
  };
}
