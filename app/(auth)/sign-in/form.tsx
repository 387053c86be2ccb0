"use client";

import { useActionState } from "react";
import { signInWithPassword } from "@/app/(auth)/sign-in-as";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { SubmitButton } from "@/components/ui/submit-button";

interface State {
  email: string;
  problem: string | null;
  done: boolean;
}

/** Email and password of somebody who has an account. */
export function SignInForm({ next }: { next: string }) {
  const [state, send] = useActionState<State, FormData>(
    async (_, form) => {
      const email = String(form.get("email"));
      const problem = await signInWithPassword(email, String(form.get("password")));
      if (problem === null) window.location.assign(next);
      return { email, problem, done: problem === null };
    },
    { email: "", problem: null, done: false },
  );
  return (
    <form action={send} noValidate className="flex flex-col gap-4">
      <Field label="Email">
        <Input name="email" type="email" autoComplete="username" required defaultValue={state.email} />
      </Field>
      <Field label="Password" error={state.problem}>
        <Input name="password" type="password" autoComplete="current-password" required />
      </Field>
      <SubmitButton disabled={state.done}>Sign in</SubmitButton>
    </form>
  );
}
