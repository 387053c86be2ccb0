import type { AuthOptions, User } from "next-auth";
import CredentialsProvider from "next-auth/providers/credentials";
import GithubProvider from "next-auth/providers/github";
import { tellNextAuth } from "@/lib/env";
import { checkName } from "@/lib/merchants/names";
import { callerAddress } from "@/lib/server/caller";
import { parts } from "@/lib/server/parts";
import { type SignedIn, withGithub, withPassword, withWallet } from "./authenticate";
import { cookieNamed, sessionCookie } from "./cookies";
import { readSessionId, sessionSecret } from "./session-cookie";
import { endSession, SESSION_LIFETIME_MS, startSession } from "./sessions";
import { siweProof, siweTerms } from "./siwe-request";

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
      jwt: async ({ token, user, account }) =>
        user ? { sessionId: await signInAs(user.id, account?.provider === "github") } : token,
      // What a script may read at /api/auth/session: nothing.
      session: ({ session: { expires } }) => ({ expires }),
      redirect: ({ url, baseUrl }) => {
        const target = URL.canParse(url, baseUrl) ? new URL(url, baseUrl) : new URL(baseUrl);
        return target.origin === baseUrl ? target.href : baseUrl;
      },
    },
    events: {
      signOut: async ({ token }) => {
        if (token.sessionId) await endSession(parts().database.db, token.sessionId);
      },
    },
    logger: {
      error: (code) => log.warn("auth_error", { code }),
      warn: (code) => log.warn("auth_warning", { code }),
      debug: () => {},
    },
  };
}

/** Starts a session in place of the one this browser held; who comes back from GitHub has no other way to confirm who they are. */
async function signInAs(userId: string, confirmed: boolean): Promise<string> {
  const { db } = parts().database;
  const before = await readSessionId();
  if (before !== null) await endSession(db, before);
  return startSession(db, userId, { confirmed });
}

/** next-auth puts the text of an error into the URL, and a library's text can hold an address or a key. */
async function quietly(attempt: () => Promise<SignedIn>): Promise<User | null> {
  const signedIn = await attempt().catch((error: unknown) => {
    parts().log.error("sign_in_failed", { error });
    throw new Error("unavailable");
  });
  if (signedIn.ok) return { id: signedIn.userId };
  if (signedIn.reason === "too_many") throw new Error("too_many");
  return null;
}

function byPassword() {
  return CredentialsProvider({
    id: "password",
    credentials: { email: {}, password: {} },
    authorize: (given) =>
      quietly(() =>
        withPassword(parts().database.db, given?.email ?? "", given?.password ?? "", callerAddress()),
      ),
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
        return { id: await withGithub(parts().database.db, account) };
      },
    }),
  ];
}
