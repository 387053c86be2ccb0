import type { AuthOptions, User } from "next-auth";
import CredentialsProvider from "next-auth/providers/credentials";
import GithubProvider from "next-auth/providers/github";
import { tellNextAuth } from "@/lib/env";
import { checkName } from "@/lib/merchants/names";
import { deriveKey } from "@/lib/seal";
import { parts } from "@/lib/server/parts";
import { type SignedIn, withGithub, withPassword, withWallet } from "./authenticate";
import { cookieNamed, sessionCookie } from "./cookies";
import { SESSION_LIFETIME_MS } from "./session-rule";
import { siweProof, siweTerms } from "./siwe-request";
import { claimsOf } from "./token";

let options: AuthOptions | undefined;

/** The options of next-auth for this Farebox: sessions in a sealed cookie (JWT), no tables of its own. */
export function authOptions(): AuthOptions {
  options ??= makeOptions();
  return options;
}

function makeOptions(): AuthOptions {
  const { env, log } = parts();
  const origin = env.FAREBOX_ORIGIN;
  tellNextAuth(origin);
  return {
    secret: sessionSecret(env.FAREBOX_SECRET),
    session: { strategy: "jwt", maxAge: SESSION_LIFETIME_MS / 1_000 },
    useSecureCookies: origin.startsWith("https:"),
    cookies: {
      sessionToken: sessionCookie(origin),
      callbackUrl: cookieNamed("farebox.callback", origin),
      csrfToken: cookieNamed("farebox.csrf", origin),
    },
    pages: { signIn: "/sign-in", error: "/sign-in" },
    providers: [byPassword(), byWallet(), ...byGithub()],
    callbacks: {
      // A renewed token keeps its claims, so that renewing an old session does not make it a new one.
      jwt: ({ token, user }) => (user ? { ...claimsOf(user) } : token),
      session: ({ session, token: { userId = "", epoch = 0, signedInAt = 0 } }) => ({
        expires: session.expires,
        claims: { userId, epoch, signedInAt },
      }),
      redirect: ({ url, baseUrl }) => {
        const target = URL.canParse(url, baseUrl) ? new URL(url, baseUrl) : new URL(baseUrl);
        return target.origin === baseUrl ? target.href : baseUrl;
      },
    },
    logger: {
      error: (code) => log.warn("auth_error", { code }),
      warn: (code) => log.warn("auth_warning", { code }),
      debug: () => {},
    },
  };
}

/** The key that seals session cookies, as next-auth takes it. */
export function sessionSecret(fareboxSecret: string): string {
  return deriveKey(fareboxSecret, "session").toString("base64");
}

const toUser = (signedIn: SignedIn | null): User | null => signedIn && { id: signedIn.userId, ...signedIn };

/** next-auth puts the text of an error into the URL, and a library's text can hold an address or a key. */
async function quietly(attempt: () => Promise<SignedIn | null>): Promise<User | null> {
  try {
    return toUser(await attempt());
  } catch (error) {
    parts().log.error("sign_in_failed", { error });
    throw new Error("unavailable");
  }
}

function byPassword() {
  return CredentialsProvider({
    id: "password",
    credentials: { email: {}, password: {} },
    authorize: (given) =>
      quietly(() => withPassword(parts().database.db, given?.email ?? "", given?.password ?? "")),
  });
}

function byWallet() {
  return CredentialsProvider({
    id: "wallet",
    credentials: { message: {}, signature: {} },
    authorize: (given) =>
      quietly(async () =>
        withWallet(parts().database.db, siweTerms(), await siweProof(given?.message, given?.signature)),
      ),
  });
}

function byGithub() {
  const { FAREBOX_GITHUB_ID: clientId, FAREBOX_GITHUB_SECRET: clientSecret } = parts().env;
  if (!clientId || !clientSecret) return [];
  return [
    GithubProvider({
      clientId,
      clientSecret,
      async profile({ id, name, login }) {
        const checked = checkName(name ?? login);
        const account = { id: String(id), name: checked.ok ? checked.name : login };
        const signedIn = await withGithub(parts().database.db, account);
        return { id: signedIn.userId, ...signedIn };
      },
    }),
  ];
}
