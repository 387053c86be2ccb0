import type { Metadata } from "next";
import Link from "next/link";
import { redirect } from "next/navigation";
import { OtherWays } from "@/app/(auth)/other-ways";
import { Notice } from "@/components/ui/notice";
import { ownPath } from "@/lib/auth/own-path";
import { currentSession } from "@/lib/auth/session";
import { parts } from "@/lib/server/parts";
import { SignInForm } from "./form";

/** The title of the page. */
export const metadata: Metadata = { title: "Sign in" };

/** Where somebody with an account comes in; `error` is set when GitHub did not let them. */
export default async function SignIn({
  searchParams,
}: {
  searchParams: Promise<{ callbackUrl?: string; error?: string }>;
}) {
  const { callbackUrl, error } = await searchParams;
  const { env } = parts();
  const next = ownPath(callbackUrl, env.FAREBOX_ORIGIN);
  if (await currentSession()) redirect(next);
  return (
    <div className="flex flex-col gap-5">
      <h1 className="text-figure">Sign in</h1>
      {error && (
        <Notice tone="danger" title="You were not signed in">
          Try again, or choose another way in.
        </Notice>
      )}
      <OtherWays next={next} github={env.FAREBOX_GITHUB_ID !== undefined} />
      <SignInForm next={next} />
      <p className="text-muted">
        New here?{" "}
        <Link href="/sign-up" className="text-text underline underline-offset-3">
          Create an account
        </Link>
      </p>
    </div>
  );
}
