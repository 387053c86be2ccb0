"use client";

import { signIn } from "next-auth/react";
import { Button } from "@/components/ui/button";

/** Leads to GitHub and back to this page. */
export function ContinueWithGithub() {
  return (
    <Button variant="primary" onClick={() => signIn("github", { callbackUrl: "/confirm" })}>
      Continue with GitHub
    </Button>
  );
}
