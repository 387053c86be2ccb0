import { pathToRegexp } from "path-to-regexp";
import { bad, type Checked, good } from "./checked";

const METHODS = ["*", "GET", "POST", "PUT", "PATCH", "DELETE"];

/** Checks the method of a rule; HEAD and OPTIONS are not among them, because they never have a price of their own. */
export function checkMethod(text: string): Checked<string> {
  const method = text.trim().toUpperCase();
  if (METHODS.includes(method)) return good(method);
  if (method === "HEAD") return bad("HEAD follows the rule for GET. Choose GET, or * for every method.");
  if (method === "OPTIONS") return bad("Farebox answers OPTIONS itself. Choose another method, or *.");
  return bad("Choose GET, POST, PUT, PATCH or DELETE, or * for every method.");
}

/** The sentence for a pattern that path-to-regexp refuses, whose own message is written for programmers. */
function explain(path: string): string {
  if (/\*(?![\w$"])/.test(path)) return "A wildcard needs a name: write /*rest to match everything below.";
  if (/:(?![\w$"])/.test(path)) return "A colon begins a parameter and needs a name, such as /items/:id.";
  if (/[()[\]]/.test(path))
    return "A parameter such as :id matches any one segment, without brackets; write \\( for the character itself.";
  if (/[+!]/.test(path))
    return "Write \\+ and \\! for the characters themselves; to match several segments, write /*rest.";
  if (/[{}]/.test(path)) return "Close every brace: an optional part is written {/:id}.";
  return "This is not a path pattern. Write a path such as /now, /items/:id or /files/*rest.";
}

function compiles(path: string): boolean {
  try {
    pathToRegexp(path);
    return true;
  } catch {
    return false;
  }
}

/** Checks the path pattern of a rule; it is matched against the path below the gateway URL, never the query. */
export function checkPath(text: string): Checked<string> {
  const path = text.trim();
  if (!path.startsWith("/")) return bad("A path begins with /. To match every path, write /{*rest}.");
  if (path.length > 200) return bad("A path has at most 200 characters.");
  if (path.includes("#")) return bad("Leave out the # and what follows: it never reaches a server.");
  if (/:[\w$]+\?/.test(path)) return bad("An optional part is written in braces: /items{/:id}.");
  if (path.includes("?")) return bad("Leave out the query: a rule matches the path, whatever the query is.");
  if (path.includes("%")) return bad("Write the character itself: rules see a path decoded, without %.");
  if (/[;\p{C}]/u.test(path)) return bad("A path with ; or invisible characters never matches.");
  if (path.includes("//")) return bad("Two slashes in a row never match. Leave one out.");
  if (/\/\.{1,2}(\/|$)/.test(path)) return bad("The segments . and .. never match. Leave them out.");
  return compiles(path) ? good(path) : bad(explain(path));
}
