"use client";

import { useActionState } from "react";
import { createAccount, type SignUpErrors } from "@/app/(auth)/actions";
import { signInWithPassword } from "@/app/(auth)/sign-in-as";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { SubmitButton } from "@/components/ui/submit-button";
import { PASSWORD_RULE } from "@/lib/auth/password-rule";

interface State {
  typed: { name: string; email: string };
  errors: SignUpErrors;
  done: boolean;
}

/** Name, email and password of somebody who has no account yet; it ends signed in. */
export function SignUpForm({ next }: { next: string }) {
  const [{ typed, errors, done }, send] = useActionState<State, FormData>(
    async (_, form) => {
      const [name, email] = [String(form.get("name")), String(form.get("email"))];
      const password = String(form.get("password"));
      const faults = await createAccount({ name, email, password });
      if (Object.keys(faults).length > 0) return { typed: { name, email }, errors: faults, done: false };
      const problem = await signInWithPassword(email, password);
      if (problem === null) window.location.assign(next);
      return { typed: { name, email }, errors: problem ? { password: problem } : {}, done: problem === null };
    },
    { typed: { name: "", email: "" }, errors: {}, done: false },
  );
  return (
    <form action={send} noValidate className="flex flex-col gap-4">
      <Field label="Name" hint="Your business or project. Payers see it as the seller." error={errors.name}>
        <Input name="name" autoComplete="organization" required maxLength={60} defaultValue={typed.name} />
      </Field>
      <Field label="Email" error={errors.email}>
        <Input name="email" type="email" autoComplete="username" required defaultValue={typed.email} />
      </Field>
      <Field label="Password" hint={PASSWORD_RULE} error={errors.password}>
        <Input name="password" type="password" autoComplete="new-password" required />
      </Field>
      <SubmitButton disabled={done}>Create account</SubmitButton>
    </form>
  );
}
