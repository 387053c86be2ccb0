/** The rule, said beside the field before anybody breaks it. */
export const PASSWORD_RULE =
  "At least 10 characters. A few words in a row are easy to remember and hard to guess.";

const MIN_LENGTH = 10;
const MAX_LENGTH = 200;

/** The passwords of ten characters and more that are tried first; without the digits and signs people put at the end. */
const COMMON = new Set(
  (
    "password passwordpassword passw0rd p@ssword p@ssw0rd mypassword thepassword yourpassword newpassword " +
    "qwerty qwertyuiop qwertyqwerty qwerty123456qwerty asdfghjkl asdfasdfasdf zxcvbnm 1q2w3e4r5t 1q2w3e4r5t6y " +
    "q1w2e3r4t5 qazwsxedc 1qaz2wsx3edc letmein letmeinletmein welcome welcomewelcome administrator admin " +
    "iloveyou iloveyouiloveyou abcdefghij abcdefghijkl abc123abc123 monkeymonkey dragondragon superman " +
    "basketball footballfootball sunshine princess changeme changemechangeme trustno1trustno1 computer internet " +
    "whatever michaeljordan correcthorsebatterystaple farebox fareboxfarebox"
  ).split(" "),
);

/** Says what is wrong with a new password, or null; `about` is what a guesser knows, such as the email. */
export function passwordFault(password: string, about: readonly string[] = []): string | null {
  if (password.length < MIN_LENGTH) return `A password has at least ${MIN_LENGTH} characters.`;
  if (password.length > MAX_LENGTH) return `A password has at most ${MAX_LENGTH} characters.`;
  const lower = password.toLowerCase();
  const guessed = COMMON.has(lower) || COMMON.has(lower.replace(/[\d\W_]+$/, ""));
  if (guessed || new Set(lower).size < 4 || "01234567890123456789".includes(lower)) {
    return "This password is one of the first that are guessed. Choose another.";
  }
  const known = about.flatMap((text) => [text, text.split("@")[0] ?? ""]).map((text) => text.toLowerCase());
  if (known.includes(lower)) return "A password must not be your name or email.";
  return null;
}
