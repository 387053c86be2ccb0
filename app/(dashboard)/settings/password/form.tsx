"use client";

import { useActionState } from "react";
import { SaveRow } from "@/app/(dashboard)/settings/save-row";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { PASSWORD_RULE } from "@/lib/auth/password-rule";
import { savePassword } from "./save";

/** The current password and the one that takes its place; `email` tells password managers whose it is. */
export function PasswordForm({ email }: { email: string }) {
  const [{ errors, saved }, send] = useActionState(savePassword, { errors: {}, saved: null });
  return (
    <form action={send} noValidate className="flex flex-col gap-5">
      <input type="hidden" name="username" autoComplete="username" value={email} />
      <Field label="Current password" error={errors.current}>
        <Input name="current" type="password" autoComplete="current-password" />
      </Field>
      <Field label="New password" hint={PASSWORD_RULE} error={errors.next}>
        <Input name="next" type="password" autoComplete="new-password" />
      </Field>
      <SaveRow label="Change password" saved={saved} />
    </form>
  );
}
