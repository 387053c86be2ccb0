import { SIWE_LIFETIME_MS } from "./siwe";

/** A cookie only our server reads. Over https its name pins it to this host (`__Host-`): no other subdomain can set it. */
export function cookieNamed(name: string, origin: string) {
  const secure = origin.startsWith("https:");
  return {
    name: secure ? `__Host-${name}` : name,
    options: { httpOnly: true, sameSite: "lax", path: "/", secure },
  } as const;
}

/** The cookie that carries the session. */
export function sessionCookie(origin: string) {
  return cookieNamed("farebox.session", origin);
}

/** The cookie that binds a SIWE nonce to the browser it was given to. */
export function siweCookie(origin: string) {
  const { name, options } = cookieNamed("farebox.siwe", origin);
  return { name, options: { ...options, maxAge: SIWE_LIFETIME_MS / 1_000 } };
}
