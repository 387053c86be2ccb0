"use client";

import { useActionState } from "react";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { saveProfile } from "./save-profile";
import { SaveRow } from "./save-row";

/** The names payers and colleagues see. */
export function ProfileForm({
  merchantName,
  name,
  email,
}: {
  merchantName: string;
  name: string;
  email: string | null;
}) {
  const [{ typed, errors, saved }, send] = useActionState(saveProfile, {
    typed: { merchantName, name },
    errors: {},
    saved: null,
  });
  return (
    <form action={send} noValidate className="flex flex-col gap-5">
      <Field label="Merchant name" hint="Payers see it as the seller." error={errors.merchantName}>
        <Input
          name="merchantName"
          autoComplete="organization"
          defaultValue={typed.merchantName}
          maxLength={60}
        />
      </Field>
      <Field label="Your name" hint="It stands beside the changes you make." error={errors.name}>
        <Input name="name" autoComplete="name" defaultValue={typed.name} maxLength={60} />
      </Field>
      {email !== null && (
        <Field label="Email" hint="You sign in with it.">
          <Input value={email} disabled />
        </Field>
      )}
      <SaveRow label="Save profile" saved={saved} />
    </form>
  );
}
