import type { Changed } from "../project/settings-api.ts";

/**
 * The changes of an import: new models, changed prices by field, and the number of unchanged
 * models.
 */
export interface RatesDiff {
  /** `markup` is the markup that the database gives the new model. */
  added: { model: string; markup: string | null }[];
  changed: { model: string; field: string; from: string | null; to: string | null }[];
  unchanged: number;
}

/** Divides the response of `POST /settings/rates` into new models and changed prices. */
export function toRatesDiff({ changes, unchanged }: Changed): RatesDiff {
  const isNew = ({ change }: Changed["changes"][number]) => change === "added";
  return {
    added: changes.filter(isNew).map(({ name, fields }) => ({
      model: name,
      markup: fields.find(({ field }) => field === "markup")?.to ?? null,
    })),
    changed: changes.filter((each) => !isNew(each)).flatMap(({ name, fields }) =>
      fields.map((field) => ({ model: name, ...field }))
    ),
    unchanged,
  };
}
