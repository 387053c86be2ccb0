import type { Metadata } from "next";
import Link from "next/link";
import { redirect } from "next/navigation";
import { OtherWays } from "@/app/(auth)/other-ways";
import { DASHBOARD } from "@/lib/auth/own-path";
import { currentSession } from "@/lib/auth/session";
import { parts } from "@/lib/server/parts";
import { SignUpForm } from "./form";

/** The title of the page. */
export const metadata: Metadata = { title: "Create an account" };

/** Where a newcomer opens an account; with a wallet or GitHub the first sign-in does. */
export default async function SignUp() {
  if (await currentSession()) redirect(DASHBOARD);
  return (
    <div className="flex flex-col gap-5">
      <h1 className="text-figure">Create an account</h1>
      <OtherWays next={DASHBOARD} github={parts().env.FAREBOX_GITHUB_ID !== undefined} />
      <SignUpForm next={DASHBOARD} />
      <p className="text-muted">
        Have an account?{" "}
        <Link href="/sign-in" className="text-text underline underline-offset-3">
          Sign in
        </Link>
      </p>
    </div>
  );
}
