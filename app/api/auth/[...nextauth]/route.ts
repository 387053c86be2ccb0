import type { NextRequest } from "next/server";
import NextAuth from "next-auth";
import { authOptions } from "@/lib/auth/options";
import { isOwnOrigin } from "@/lib/auth/origin";
import { parts } from "@/lib/server/parts";

type Context = { params: Promise<{ nextauth: string[] }> };

/** Answers next-auth's reads: the CSRF token, the session, the way back from GitHub. */
export function GET(request: NextRequest, context: Context): Promise<Response> {
  return NextAuth(request, context, authOptions());
}

/**
 * Answers sign-in and sign-out. next-auth compares its CSRF token with a cookie; the Origin is checked besides, so that
 * no other site can sign a visitor in to an account of its own (login CSRF), whatever becomes of that cookie.
 */
export async function POST(request: NextRequest, context: Context): Promise<Response> {
  const [origin, host] = [request.headers.get("origin"), request.headers.get("host")];
  if (!isOwnOrigin({ origin, host }, parts().env.FAREBOX_ORIGIN))
    return new Response("Forbidden\n", { status: 403 });
  const { nextauth } = await context.params;
  // next-auth would write what anybody posts here into our log.
  if (nextauth[0] === "_log") return new Response("Not found\n", { status: 404 });
  return NextAuth(request, context, authOptions());
}
