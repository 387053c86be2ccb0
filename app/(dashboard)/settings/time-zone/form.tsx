"use client";

import { useActionState } from "react";
import { SaveRow } from "@/app/(dashboard)/settings/save-row";
import { Field } from "@/components/ui/field";
import { Select } from "@/components/ui/input";
import { saveTimeZone } from "./save";

/** The time zone days begin and times are shown in; `zones` carry what their clocks say now. */
export function TimeZoneForm({
  timeZone,
  zones,
}: {
  timeZone: string;
  zones: { id: string; words: string }[];
}) {
  const [{ error, saved }, send] = useActionState(saveTimeZone, { error: null, saved: null });
  return (
    <form action={send} className="flex flex-col gap-5">
      <Field
        label="Time zone"
        hint="Days of charts and downloads begin at its midnight, and every time is shown in it."
        error={error}
      >
        <Select key={timeZone} name="timeZone" defaultValue={timeZone}>
          {zones.map(({ id, words }) => (
            <option key={id} value={id}>
              {words}
            </option>
          ))}
        </Select>
      </Field>
      <SaveRow label="Save time zone" saved={saved} />
    </form>
  );
}
