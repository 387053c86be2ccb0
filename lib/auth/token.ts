import type { SignedIn } from "./authenticate";
import type { SessionClaims } from "./session-rule";

declare module "next-auth" {
  interface User extends SignedIn {
    id: string;
  }
  interface Session {
    claims: SessionClaims;
  }
}

declare module "next-auth/jwt" {
  interface JWT extends Partial<SessionClaims> {
    sub?: string;
  }
}

/** The claims of a person who proved who they are just now. */
export function claimsOf({ userId, epoch }: SignedIn): SessionClaims {
  return { userId, epoch, signedInAt: Date.now() };
}
