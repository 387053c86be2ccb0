/** A field that was read, or the sentence that tells the merchant what is wrong with it. */
export type Checked<T> = { ok: true; value: T } | { ok: false; reason: string };

/** Says that a field is right. */
export function good<T>(value: T): Checked<T> {
  return { ok: true, value };
}

/** Says what is wrong with a field. */
export function bad(reason: string): { ok: false; reason: string } {
  return { ok: false, reason };
}

/** What is wrong with a form: the first sentence for every wrong field, by its path, such as `rules.0.price`. */
export type FieldErrors = Record<string, string>;

/** Gathers what is wrong with a form, so that the merchant is told everything at once. */
export class Findings {
  readonly errors: FieldErrors = {};

  /** Notes what is wrong with a field, unless something already is. */
  refuse(field: string, reason: string): void {
    this.errors[field] ??= reason;
  }

  /** Keeps a checked value, or notes what is wrong with it and returns a stand-in that is never stored. */
  take<T>(field: string, checked: Checked<T>, standIn: T): T {
    if (checked.ok) return checked.value;
    this.refuse(field, checked.reason);
    return standIn;
  }
}
